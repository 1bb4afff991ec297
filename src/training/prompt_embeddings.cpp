#include "prompt_embeddings.h"

#include <algorithm>

namespace big {
namespace {

/// The same change of both tensors, where the model has both.
template <class Change>
TextEmbeddings changed(const TextEmbeddings& text, const Change& change) {
  return {change(text.context), text.pooled.defined() ? change(text.pooled) : text.pooled};
}

}  // namespace

PromptEmbeddings::PromptEmbeddings(StableDiffusion& model, TextEncoderMode mode, torch::ScalarType dtype)
    : model_(model), mode_(mode), dtype_(dtype) {}

TextEmbeddings PromptEmbeddings::rows(const std::vector<std::string>& prompts) {
  if (mode_ == TextEncoderMode::kTrained) return trained_rows(prompts);
  std::vector<torch::Tensor> contexts, pooled;
  for (const auto& prompt : prompts) {
    const auto& text = frozen(prompt);
    contexts.push_back(text.context);
    if (text.pooled.defined()) pooled.push_back(text.pooled);
  }
  return {torch::cat(contexts), pooled.empty() ? torch::Tensor() : torch::cat(pooled)};
}

TextEmbeddings PromptEmbeddings::trained_rows(const std::vector<std::string>& prompts) {
  std::vector<std::string> distinct;
  std::vector<int64_t> row_of;
  for (const auto& prompt : prompts) {
    auto place = std::find(distinct.begin(), distinct.end(), prompt);
    if (place == distinct.end()) place = distinct.insert(distinct.end(), prompt);
    row_of.push_back(place - distinct.begin());
  }
  const auto index = torch::tensor(row_of, torch::kInt64).to(model_.device);
  return changed(encode_prompts(model_, distinct),  // distinct rows -> n rows
                 [&](const torch::Tensor& rows) { return rows.index_select(0, index).to(dtype_); });
}

const TextEmbeddings& PromptEmbeddings::frozen(const std::string& prompt) {
  const auto known = cache_.find(prompt);
  if (known != cache_.end()) return known->second;
  torch::NoGradGuard no_grad;
  return cache_[prompt] = changed(encode_prompts(model_, {prompt}),
                                  [&](const torch::Tensor& row) { return row.to(dtype_); });
}

}  // namespace big
