#include "resnet_block.h"

#include <torch/types.h>

#include "layers.h"

namespace big {

ResnetBlock2DImpl::ResnetBlock2DImpl(const ResnetOptions& options) {
  const auto& [in, out, time_width, groups, eps] = options;
  norm1_ = register_module("norm1", group_norm(groups, in, eps));
  conv1_ = register_module("conv1", conv_3x3(in, out));
  if (time_width > 0) time_emb_proj_ = register_module("time_emb_proj", linear(time_width, out));
  norm2_ = register_module("norm2", group_norm(groups, out, eps));
  conv2_ = register_module("conv2", conv_3x3(out, out));
  if (in != out) conv_shortcut_ = register_module("conv_shortcut", conv_1x1(in, out));
}

torch::Tensor ResnetBlock2DImpl::forward(const torch::Tensor& x, const torch::Tensor& time) {
  auto hidden = conv1_(torch::silu(norm1_(x)));
  if (time_emb_proj_) hidden = hidden + time_emb_proj_(torch::silu(time)).unsqueeze(-1).unsqueeze(-1);

  hidden = conv2_(torch::silu(norm2_(hidden)));
  return (conv_shortcut_ ? conv_shortcut_(x) : x) + hidden;
}

Downsample2DImpl::Downsample2DImpl(int64_t channels, int64_t padding) : padding_(padding) {
  conv_ = register_module("conv", conv_3x3(channels, channels, 2, padding));
}

torch::Tensor Downsample2DImpl::forward(const torch::Tensor& x) {
  return conv_(padding_ == 0 ? torch::constant_pad_nd(x, {0, 1, 0, 1}) : x);
}

Upsample2DImpl::Upsample2DImpl(int64_t channels) {
  conv_ = register_module("conv", conv_3x3(channels, channels));
}

torch::Tensor Upsample2DImpl::forward(const torch::Tensor& x, const OutputSize& size) {
  const auto [height, width] = size.value_or(std::pair(2 * x.size(2), 2 * x.size(3)));
  return conv_(at::upsample_nearest2d(x, {height, width}));
}

}  // namespace big
