#include "conv_2d.h"

#include "parameters.h"

namespace big {

Conv2dImpl::Conv2dImpl(const Conv2dOptions& o)
    : options(o),
      weight(register_parameter("weight", new_parameter({o.out, o.in, o.kernel, o.kernel}))),
      bias(register_parameter("bias", new_parameter({o.out}))) {}

torch::Tensor Conv2dImpl::forward(const torch::Tensor& x) {
  if (adapters().empty()) return at::conv2d(x, weight, bias, options.stride, options.padding);
  return adapted(x) + bias.view({1, -1, 1, 1});
}

torch::Tensor Conv2dImpl::operate(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  return at::conv2d(x, other_weight, {}, options.stride, options.padding);
}

torch::Tensor Conv2dImpl::operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const {
  return at::conv2d(x, other_weight);
}

void Conv2dImpl::reset_parameters() { draw_by_fan_in(weight, bias); }

}  // namespace big
