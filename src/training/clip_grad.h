#pragma once

#include <torch/types.h>

#include <vector>

namespace big {

/// Scales the gradients of all parameters together so that their norm is at most max_norm (torch's
/// clip_grad_norm_); 0 leaves them alone. Returns the norm before. Every parameter must have a gradient.
double clip_grad_norm(const std::vector<torch::Tensor>& parameters, double max_norm);

}  // namespace big
