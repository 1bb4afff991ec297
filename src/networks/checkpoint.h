#pragma once

#include <torch/types.h>

#include <functional>
#include <vector>

namespace big {

using BlockFunction = std::function<torch::Tensor(const std::vector<torch::Tensor>&)>;

/// block(inputs), remembering the inputs alone (all defined): the backward pass runs the block once more to
/// have its activations. Gradients reach `parameters` (all that the block uses) even where no input asks for
/// one. The block must give the same numbers both times; it runs under the autocast settings of the first
/// time. Like torch.utils.checkpoint.
torch::Tensor checkpoint(const BlockFunction& block,
                         const std::vector<torch::Tensor>& inputs,
                         const std::vector<torch::Tensor>& parameters);

}  // namespace big
