#include "conv_2d.h"

#include <torch/torch.h>

namespace big {

torch::Tensor Conv2dImpl::forward(const torch::Tensor& x) {
  if (adapters().empty()) return torch::nn::Conv2dImpl::forward(x);
  return bias.defined() ? adapted(x) + bias.view({1, -1, 1, 1}) : adapted(x);
}

torch::Tensor Conv2dImpl::operate(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  namespace F = torch::nn::functional;
  return F::conv2d(x, other_weight,
                   F::Conv2dFuncOptions().stride(options.stride()).padding(options.padding()));
}

torch::Tensor Conv2dImpl::operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  return at::conv2d(x, other_weight);
}

}  // namespace big
