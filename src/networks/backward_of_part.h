#pragma once

#include <torch/csrc/autograd/custom_function.h>

namespace big {

/// The backward pass of a part of a network that recorded its operations apart from the rest: the gradients of
/// `tensors`, undefined where one asks for none, from the `gradient` of the part's `output`.
torch::autograd::variable_list backward_of_part(const torch::Tensor& output,
                                                const torch::Tensor& gradient,
                                                const torch::autograd::variable_list& tensors);

/// Inputs as a part sees them that records apart: the same numbers, without their history.
torch::autograd::variable_list without_history(const torch::autograd::variable_list& inputs);

}  // namespace big
