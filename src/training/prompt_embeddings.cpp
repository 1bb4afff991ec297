#include "prompt_embeddings.h"

#include <algorithm>

namespace big {

PromptEmbeddings::PromptEmbeddings(StableDiffusion& model, TextEncoderMode mode, torch::ScalarType dtype)
    : model_(model), mode_(mode), dtype_(dtype) {}

torch::Tensor PromptEmbeddings::rows(const std::vector<std::string>& prompts) {
  if (mode_ == TextEncoderMode::kTrained) return trained_rows(prompts);
  std::vector<torch::Tensor> embeddings;
  for (const auto& prompt : prompts) embeddings.push_back(frozen(prompt));
  return torch::stack(embeddings);  // [n,T,D]
}

torch::Tensor PromptEmbeddings::trained_rows(const std::vector<std::string>& prompts) {
  std::vector<std::string> distinct;
  std::vector<int64_t> row_of;
  for (const auto& prompt : prompts) {
    auto place = std::find(distinct.begin(), distinct.end(), prompt);
    if (place == distinct.end()) place = distinct.insert(distinct.end(), prompt);
    row_of.push_back(place - distinct.begin());
  }
  const auto embeddings = encode_prompts(model_, distinct);  // [distinct,T,D]
  const auto index = torch::tensor(row_of, torch::kInt64).to(embeddings.device());
  return embeddings.index_select(0, index).to(dtype_);  // [n,T,D]
}

const torch::Tensor& PromptEmbeddings::frozen(const std::string& prompt) {
  const auto known = cache_.find(prompt);
  if (known != cache_.end()) return known->second;
  torch::NoGradGuard no_grad;
  return cache_[prompt] = encode_prompts(model_, {prompt})[0].to(dtype_);
}

}  // namespace big
