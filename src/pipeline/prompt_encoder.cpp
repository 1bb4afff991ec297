#include "prompt_encoder.h"

#include <algorithm>
#include <cmath>

#include "wording.h"

namespace big {
namespace {

/// states [1,T,D] times weights [T], scaled to the mean that they had.
torch::Tensor weighted(const torch::Tensor& states, const std::vector<double>& weights) {
  if (std::ranges::all_of(weights, [](double w) { return w == 1; })) return states;
  const auto x = states.scalar_type() == torch::kFloat64 ? states : states.to(torch::kFloat32);
  const auto by_token = torch::tensor(weights, torch::kFloat64).to(x.options()).view({1, -1, 1});
  const auto changed = x * by_token;
  const double scale = x.mean().item<double>() / changed.mean().item<double>();
  return (std::isfinite(scale) ? changed * scale : changed).to(states.scalar_type());
}

}  // namespace

PromptEncoder::PromptEncoder(StableDiffusion& model, const GenerateOptions& options)
    : model_(model),
      reads_syntax_(reads_prompt_syntax(options)),
      clip_skip_(options.clip_skip),
      encoders_(text_encoders(model)) {}

const TextEmbeddings& PromptEncoder::encode(const std::string& text) {
  const auto found = known_.find(text);
  return found != known_.end() ? found->second : known_[text] = encode_windows(text);
}

TextEmbeddings PromptEncoder::filled(const TextEmbeddings& text, int64_t tokens) {
  std::vector<torch::Tensor> windows = {text.context};
  for (int64_t length = text.context.size(1); length < tokens; length += windows.back().size(1))
    windows.push_back(encode("").context);
  return {windows.size() == 1 ? text.context : torch::cat(windows, 1), text.pooled};
}

std::vector<PromptChunk> PromptEncoder::windows_of(const Tokenizer& tokenizer,
                                                   const std::string& text) const {
  if (reads_syntax_) return prompt_chunks(tokenizer, parse_attention(text));
  PromptChunk chunk{tokenizer.encode_padded(text).ids, {}};
  chunk.weights.assign(chunk.ids.size(), 1);
  return {chunk};
}

TextEmbeddings PromptEncoder::encode_windows(const std::string& text) {
  std::vector<std::vector<PromptChunk>> windows;  // by encoder
  size_t count = 0;
  for (const TextEncoder& encoder : encoders_) {
    windows.push_back(windows_of(*encoder.tokenizer, text));
    count = std::max(count, windows.back().size());
  }
  TextEmbeddings result;
  std::vector<torch::Tensor> sides;
  for (size_t e = 0; e < encoders_.size(); ++e) {
    // Two tokenizers may part a text in unequal ways.
    while (windows[e].size() < count) windows[e].push_back(windows_of(*encoders_[e].tokenizer, "").front());
    std::vector<torch::Tensor> states;
    for (const PromptChunk& window : windows[e]) {
      const auto ids = torch::tensor(window.ids).unsqueeze(0);
      const auto encoded = encode_ids(model_, encoders_[e], ids, clip_skip_);
      if (states.empty() && model_.text_encoder_2)
        result.pooled = encoded.pooled;  // the last encoder's stays
      states.push_back(weighted(encoded.states, window.weights));
    }
    sides.push_back(torch::cat(states, 1));  // [1,n*T,D]
  }
  result.context = torch::cat(sides, -1);
  return result;
}

}  // namespace big
