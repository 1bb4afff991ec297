#include "parameters.h"

#include <cmath>

namespace big {

torch::Tensor new_parameter(at::IntArrayRef shape) {
  return torch::empty(shape, torch::TensorOptions().requires_grad(true));
}

void draw_by_fan_in(torch::Tensor& weight, torch::Tensor& bias) {
  const auto fan_in = static_cast<double>(weight.numel() / weight.size(0));
  const double bound = 1 / std::sqrt(fan_in);
  weight.uniform_(-bound, bound);
  if (bias.defined()) bias.uniform_(-bound, bound);
}

}  // namespace big
