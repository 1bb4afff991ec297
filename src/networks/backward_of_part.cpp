#include "backward_of_part.h"

#include <torch/csrc/autograd/autograd.h>

namespace big {

using torch::autograd::variable_list;

variable_list backward_of_part(const torch::Tensor& output,
                               const torch::Tensor& gradient,
                               const variable_list& tensors) {
  variable_list wanted;
  for (const auto& tensor : tensors)
    if (tensor.requires_grad()) wanted.push_back(tensor);
  const auto found =
      torch::autograd::grad({output}, wanted, {gradient}, std::nullopt, false, /*allow_unused=*/true);

  variable_list result(tensors.size());
  size_t next = 0;
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].requires_grad()) result[i] = found[next++];
  return result;
}

variable_list without_history(const variable_list& inputs) {
  variable_list result;
  for (const auto& input : inputs) result.push_back(input.detach().set_requires_grad(input.requires_grad()));
  return result;
}

}  // namespace big
