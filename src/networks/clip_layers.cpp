#include "clip_layers.h"

#include <torch/types.h>

#include "attention.h"

namespace big {

ClipAttentionImpl::ClipAttentionImpl(const ClipTextConfig& config) : heads_(config.num_attention_heads) {
  const int64_t width = config.hidden_size;
  k_proj_ = register_module("k_proj", linear(width, width));
  v_proj_ = register_module("v_proj", linear(width, width));
  q_proj_ = register_module("q_proj", linear(width, width));
  out_proj_ = register_module("out_proj", linear(width, width));
}

torch::Tensor ClipAttentionImpl::forward(const torch::Tensor& x) {
  const auto query = split_heads(q_proj_(x), heads_), key = split_heads(k_proj_(x), heads_);
  const auto value = split_heads(v_proj_(x), heads_);
  const auto attended = at::scaled_dot_product_attention(query, key, value, std::nullopt, /*dropout_p=*/0.0,
                                                         /*is_causal=*/true);
  return out_proj_(merge_heads(attended));
}

ClipMlpImpl::ClipMlpImpl(const ClipTextConfig& config) : quick_(config.hidden_act == "quick_gelu") {
  fc1_ = register_module("fc1", linear(config.hidden_size, config.intermediate_size));
  fc2_ = register_module("fc2", linear(config.intermediate_size, config.hidden_size));
}

torch::Tensor ClipMlpImpl::forward(const torch::Tensor& x) {
  const auto hidden = fc1_(x);
  return fc2_(quick_ ? hidden * torch::sigmoid(1.702 * hidden) : torch::gelu(hidden));
}

ClipEncoderLayerImpl::ClipEncoderLayerImpl(const ClipTextConfig& config) {
  self_attn_ = register_module("self_attn", ClipAttention(config));
  layer_norm1_ = register_module("layer_norm1", layer_norm(config.hidden_size, config.layer_norm_eps));
  mlp_ = register_module("mlp", ClipMlp(config));
  layer_norm2_ = register_module("layer_norm2", layer_norm(config.hidden_size, config.layer_norm_eps));
}

torch::Tensor ClipEncoderLayerImpl::forward(torch::Tensor x) {
  x = x + self_attn_(layer_norm1_(x));
  return x + mlp_(layer_norm2_(x));
}

ClipTextEmbeddingsImpl::ClipTextEmbeddingsImpl(const ClipTextConfig& config) {
  token_embedding_ =
      register_module("token_embedding", Embedding(config.vocab_size, config.hidden_size));
  position_embedding_ = register_module(
      "position_embedding", Embedding(config.max_position_embeddings, config.hidden_size));
}

torch::Tensor ClipTextEmbeddingsImpl::forward(const torch::Tensor& ids) {
  const auto positions = torch::arange(ids.size(1), ids.options());
  return token_vectors(ids) + position_embedding_(positions);
}

torch::Tensor ClipTextEmbeddingsImpl::token_vectors(const torch::Tensor& ids) {
  if (!added_tokens.defined()) return token_embedding_(ids);
  const auto& table = token_embedding_->weight;
  const int64_t known = table.size(0);
  const auto inside = token_embedding_(ids.clamp_max(known - 1));
  const auto added = at::embedding(added_tokens, (ids - known).clamp_min(0)).to(table.scalar_type());
  return torch::where(ids.ge(known).unsqueeze(-1), added, inside);
}

}  // namespace big
