#pragma once

#include <torch/types.h>

namespace big {

/// A parameter without values: whoever builds a network fills it from a file, or calls initialize().
torch::Tensor new_parameter(at::IntArrayRef shape);

/// Weight [out,in,...] and bias (undefined: none) as PyTorch's linear layers and convolutions begin: uniform in
/// +-1/sqrt(inputs of one output).
void draw_by_fan_in(torch::Tensor& weight, torch::Tensor& bias);

}  // namespace big
