#include "linear.h"

#include "parameters.h"

namespace big {

LinearImpl::LinearImpl(int64_t in, int64_t out, Bias has_bias)
    : weight(register_parameter("weight", new_parameter({out, in}))),
      bias(register_parameter("bias", has_bias == Bias::kYes ? new_parameter({out}) : torch::Tensor())) {}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) {
  if (adapters().empty()) return at::linear(x, weight, bias);
  return bias.defined() ? adapted(x) + bias : adapted(x);
}

torch::Tensor LinearImpl::operate(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  return at::linear(x, other_weight);
}

torch::Tensor LinearImpl::operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  return operate(x, other_weight);
}

void LinearImpl::reset_parameters() { draw_by_fan_in(weight, bias); }

}  // namespace big
