#pragma once

#include <torch/types.h>

namespace big {

/// Equal type, shape and bytes (numbers that are not finite too), wherever the tensors lie.
bool same_bits(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace big
