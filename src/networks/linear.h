#pragma once

#include <torch/nn.h>

#include "big/networks/adapted_layer.h"

namespace big {

/// torch::nn::Linear, in numbers and names, with room for adapters.
class LinearImpl : public torch::nn::LinearImpl, public AdaptedLayer {
 public:
  using torch::nn::LinearImpl::LinearImpl;
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor& base_weight() override { return weight; }

 protected:
  torch::Tensor operate(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
  torch::Tensor operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
};
TORCH_MODULE(Linear);

}  // namespace big
