#pragma once

#include <torch/nn.h>

#include "big/networks/adapted_layer.h"

namespace big {

/// torch::nn::Conv2d, in numbers and names, with room for adapters. One group only, as in all of Stable
/// Diffusion.
class Conv2dImpl : public torch::nn::Conv2dImpl, public AdaptedLayer {
 public:
  using torch::nn::Conv2dImpl::Conv2dImpl;
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor& base_weight() override { return weight; }

 protected:
  torch::Tensor operate(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
  torch::Tensor operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
};
TORCH_MODULE(Conv2d);

}  // namespace big
