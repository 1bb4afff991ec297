#pragma once

#include "layers.h"

namespace big {

struct AttentionOptions {
  int64_t width = 0;          ///< of queries and result
  int64_t context_width = 0;  ///< of keys and values; equal to width for self-attention
  int64_t heads = 1;
  Bias bias = Bias::kNo;  ///< of queries, keys and values; the output projection always has one
  bool upcast = false;  ///< attend in fp32 where the network is in a half type (config key upcast_attention)
};

/// diffusers' Attention with its scaled-dot-product processor.
class AttentionImpl : public Module {
 public:
  explicit AttentionImpl(const AttentionOptions& options);
  /// x [B,N,width], context [B,M,context_width] (x itself for self-attention) -> [B,N,width].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& context);

 private:
  AttentionOptions options_;
  Linear to_q_{nullptr}, to_k_{nullptr}, to_v_{nullptr};
  ModuleVector<Linear> to_out_;
};
using Attention = Held<AttentionImpl>;

/// [B,N,heads*d] -> [B,heads,N,d].
torch::Tensor split_heads(const torch::Tensor& x, int64_t heads);
/// [B,heads,N,d] -> [B,N,heads*d].
torch::Tensor merge_heads(const torch::Tensor& x);

}  // namespace big
