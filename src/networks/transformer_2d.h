#pragma once

#include "attention.h"
#include "layers.h"

namespace big {

/// diffusers' FeedForward with GEGLU: net.0.proj, net.2. [B,N,width] -> the same.
class FeedForwardImpl : public Module {
 public:
  explicit FeedForwardImpl(int64_t width);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  Linear proj_{nullptr}, out_{nullptr};
};
using FeedForward = Held<FeedForwardImpl>;

struct TransformerOptions {
  int64_t width = 0, context_width = 0, heads = 1, layers = 1;
  int64_t norm_num_groups = 32;
  bool use_linear_projection = false, upcast_attention = false;
};

/// diffusers' BasicTransformerBlock: self-attention, cross-attention, feed-forward, each after a norm and
/// added.
class BasicTransformerBlockImpl : public Module {
 public:
  explicit BasicTransformerBlockImpl(const TransformerOptions& options);
  /// x [B,N,width], context [B,T,context_width] -> [B,N,width].
  torch::Tensor forward(torch::Tensor x, const torch::Tensor& context);

 private:
  LayerNorm norm1_{nullptr}, norm2_{nullptr}, norm3_{nullptr};
  Attention attn1_{nullptr}, attn2_{nullptr};
  FeedForward ff_{nullptr};
};
using BasicTransformerBlock = Held<BasicTransformerBlockImpl>;

/// diffusers' Transformer2DModel over pictures: cells become tokens, go through the blocks and are added
/// back.
class Transformer2DImpl : public Module {
 public:
  explicit Transformer2DImpl(const TransformerOptions& options);
  /// x [B,width,h,w], context [B,T,context_width] -> [B,width,h,w].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& context);

 private:
  torch::Tensor to_tokens(const torch::Tensor& x);
  torch::Tensor to_cells(const torch::Tensor& tokens, int64_t h, int64_t w);

  GroupNorm norm_{nullptr};
  // One pair is there: 1x1 convolutions (SD 1) or, the same numbers in another order, linear layers (SD 2).
  Conv2d conv_in_{nullptr}, conv_out_{nullptr};
  Linear linear_in_{nullptr}, linear_out_{nullptr};
  ModuleVector<BasicTransformerBlock> blocks_;
};
using Transformer2D = Held<Transformer2DImpl>;

}  // namespace big
