#include "transformer_2d.h"

#include <torch/types.h>

namespace big {
namespace {

constexpr double kLayerNormEps = 1e-5, kGroupNormEps = 1e-6;  // diffusers' constants, in no config
constexpr int64_t kFeedForwardFactor = 4;

}  // namespace

FeedForwardImpl::FeedForwardImpl(int64_t width) {
  const int64_t inner = kFeedForwardFactor * width;
  auto geglu = std::make_shared<Module>();
  proj_ = geglu->register_module("proj", linear(width, 2 * inner));
  out_ = linear(inner, width);

  auto net = register_module("net", std::make_shared<Module>());
  net->register_module("0", geglu);
  net->register_module("2", out_);  // "1" is diffusers' dropout, which has no weights
}

torch::Tensor FeedForwardImpl::forward(const torch::Tensor& x) {
  const auto halves = proj_(x).chunk(2, -1);  // value, gate
  return out_(halves[0] * torch::gelu(halves[1]));
}

BasicTransformerBlockImpl::BasicTransformerBlockImpl(const TransformerOptions& options) {
  const int64_t width = options.width;
  AttentionOptions attention{.width = width, .context_width = width, .heads = options.heads};
  attention.upcast = options.upcast_attention;

  norm1_ = register_module("norm1", layer_norm(width, kLayerNormEps));
  attn1_ = register_module("attn1", Attention(attention));
  norm2_ = register_module("norm2", layer_norm(width, kLayerNormEps));
  attention.context_width = options.context_width;
  attn2_ = register_module("attn2", Attention(attention));
  norm3_ = register_module("norm3", layer_norm(width, kLayerNormEps));
  ff_ = register_module("ff", FeedForward(width));
}

torch::Tensor BasicTransformerBlockImpl::forward(torch::Tensor x, const torch::Tensor& context) {
  auto normed = norm1_(x);
  x = attn1_(normed, normed) + x;

  normed = norm2_(x);
  x = attn2_(normed, context) + x;

  normed = norm3_(x);
  return ff_(normed) + x;
}

Transformer2DImpl::Transformer2DImpl(const TransformerOptions& options) {
  const int64_t width = options.width;
  norm_ = register_module("norm", group_norm(options.norm_num_groups, width, kGroupNormEps));
  if (options.use_linear_projection) {
    linear_in_ = register_module("proj_in", linear(width, width));
  } else {
    conv_in_ = register_module("proj_in", conv_1x1(width, width));
  }
  blocks_ = register_module("transformer_blocks", module_vector<BasicTransformerBlock>());
  for (int64_t i = 0; i < options.layers; ++i) blocks_->push_back(BasicTransformerBlock(options));
  if (options.use_linear_projection) {
    linear_out_ = register_module("proj_out", linear(width, width));
  } else {
    conv_out_ = register_module("proj_out", conv_1x1(width, width));
  }
}

torch::Tensor Transformer2DImpl::to_tokens(const torch::Tensor& x) {
  if (conv_in_) return conv_in_(x).flatten(2).transpose(1, 2).contiguous();  // [B,h*w,width]
  return linear_in_(x.flatten(2).transpose(1, 2));
}

torch::Tensor Transformer2DImpl::to_cells(const torch::Tensor& tokens, int64_t h, int64_t w) {
  const auto cells = [&](const torch::Tensor& t) {
    return t.transpose(1, 2).contiguous().view({t.size(0), t.size(2), h, w});
  };
  return conv_out_ ? conv_out_(cells(tokens)) : cells(linear_out_(tokens));
}

torch::Tensor Transformer2DImpl::forward(const torch::Tensor& x, const torch::Tensor& context) {
  auto tokens = to_tokens(norm_(x));
  for (auto& block : *blocks_) tokens = block(tokens, context);
  return to_cells(tokens, x.size(2), x.size(3)) + x;
}

}  // namespace big
