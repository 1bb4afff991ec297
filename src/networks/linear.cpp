#include "linear.h"

#include <torch/torch.h>

namespace big {

torch::Tensor LinearImpl::forward(const torch::Tensor& x) {
  if (adapters().empty()) return torch::nn::LinearImpl::forward(x);
  return bias.defined() ? adapted(x) + bias : adapted(x);
}

torch::Tensor LinearImpl::operate(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  return at::linear(x, other_weight);
}

torch::Tensor LinearImpl::operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  return operate(x, other_weight);
}

}  // namespace big
