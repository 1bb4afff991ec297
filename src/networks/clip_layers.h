#pragma once

#include "big/networks/clip_text_model.h"
#include "embedding.h"
#include "layers.h"

namespace big {

/// transformers' CLIPAttention, causal. [B,T,D] -> the same.
class ClipAttentionImpl : public Module {
 public:
  explicit ClipAttentionImpl(const ClipTextConfig& config);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  int64_t heads_;
  Linear k_proj_{nullptr}, v_proj_{nullptr}, q_proj_{nullptr}, out_proj_{nullptr};
};
using ClipAttention = Held<ClipAttentionImpl>;

/// transformers' CLIPMLP. [B,T,D] -> the same.
class ClipMlpImpl : public Module {
 public:
  explicit ClipMlpImpl(const ClipTextConfig& config);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  bool quick_;
  Linear fc1_{nullptr}, fc2_{nullptr};
};
using ClipMlp = Held<ClipMlpImpl>;

/// transformers' CLIPEncoderLayer. [B,T,D] -> the same.
class ClipEncoderLayerImpl : public Module {
 public:
  explicit ClipEncoderLayerImpl(const ClipTextConfig& config);
  torch::Tensor forward(torch::Tensor x);

 private:
  ClipAttention self_attn_{nullptr};
  LayerNorm layer_norm1_{nullptr}, layer_norm2_{nullptr};
  ClipMlp mlp_{nullptr};
};
using ClipEncoderLayer = Held<ClipEncoderLayerImpl>;

/// transformers' CLIPTextEmbeddings: ids [B,T] -> token and position vectors added [B,T,D].
class ClipTextEmbeddingsImpl : public Module {
 public:
  explicit ClipTextEmbeddingsImpl(const ClipTextConfig& config);
  torch::Tensor forward(const torch::Tensor& ids);
  const torch::Tensor& token_table() const { return token_embedding_->weight; }
  torch::Tensor added_tokens;  ///< [n,D] of the ids beyond the table; undefined: none

 private:
  torch::Tensor token_vectors(const torch::Tensor& ids);
  Embedding token_embedding_{nullptr}, position_embedding_{nullptr};
};
using ClipTextEmbeddings = Held<ClipTextEmbeddingsImpl>;

}  // namespace big
