#include "norms.h"

#include "parameters.h"

namespace big {

GroupNormImpl::GroupNormImpl(int64_t groups, int64_t channels, double eps)
    : weight(register_parameter("weight", new_parameter({channels}))),
      bias(register_parameter("bias", new_parameter({channels}))),
      groups_(groups),
      eps_(eps) {}

torch::Tensor GroupNormImpl::forward(const torch::Tensor& x) {
  return at::group_norm(x, groups_, weight, bias, eps_);
}

void GroupNormImpl::reset_parameters() {
  weight.fill_(1);
  bias.zero_();
}

LayerNormImpl::LayerNormImpl(int64_t width, double eps)
    : weight(register_parameter("weight", new_parameter({width}))),
      bias(register_parameter("bias", new_parameter({width}))),
      eps_(eps) {}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& x) {
  return at::layer_norm(x, weight.sizes(), weight, bias, eps_);
}

void LayerNormImpl::reset_parameters() {
  weight.fill_(1);
  bias.zero_();
}

}  // namespace big
