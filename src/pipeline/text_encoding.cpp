#include "text_encoding.h"

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

/// ids [n,T] of prompts.
torch::Tensor token_ids(const Tokenizer& tokenizer, const std::vector<std::string>& prompts) {
  std::vector<torch::Tensor> rows;
  for (const auto& prompt : prompts) rows.push_back(torch::tensor(tokenizer.encode_padded(prompt).ids));
  return torch::stack(rows);
}

void check_clip_skip(int64_t clip_skip, int64_t layers) {
  if (clip_skip >= 1 && clip_skip <= layers) return;
  throw UsageError(concat("clip_skip is ", clip_skip, ", expected 1 (the last layer) to ", layers,
                          ", as many as the model's text encoder has"));
}

}  // namespace

std::vector<TextEncoder> text_encoders(const StableDiffusion& model) {
  std::vector<TextEncoder> encoders;
  if (model.text_encoder) encoders.push_back({model.tokenizer, model.text_encoder});
  if (model.text_encoder_2) encoders.push_back({model.tokenizer_2, model.text_encoder_2});
  return encoders;
}

EncodedText encode_ids(const StableDiffusion& model,
                       TextEncoder& encoder,
                       const torch::Tensor& ids,
                       int64_t clip_skip) {
  const bool is_sdxl = bool(model.text_encoder_2);
  const auto text = encoder.network->encode(ids.to(model.device));
  if (clip_skip == 0) return {is_sdxl ? text.penultimate() : text.last_hidden, text.pooled};
  check_clip_skip(clip_skip, encoder.network->config.num_hidden_layers);
  const auto& states = text.hidden.end()[-clip_skip];
  return {is_sdxl ? states : encoder.network->final_norm(states), text.pooled};
}

TextEmbeddings encode_prompts(StableDiffusion& model, const std::vector<std::string>& prompts) {
  TextEmbeddings text;
  std::vector<torch::Tensor> states;
  for (TextEncoder& encoder : text_encoders(model)) {
    const auto encoded = encode_ids(model, encoder, token_ids(*encoder.tokenizer, prompts), 0);
    states.push_back(encoded.states);
    if (model.text_encoder_2) text.pooled = encoded.pooled;  // the last one's
  }
  text.context = states.size() == 1 ? states.front() : torch::cat(states, -1);
  return text;
}

}  // namespace big
