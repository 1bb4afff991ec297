#pragma once

#include <functional>
#include <vector>

#include "checkpoint.h"

namespace big {

/// block(inputs) for a block whose output rows depend on nothing but their own input rows: on the CPU with equal
/// groups of rows at the same time, each group on cores of its own (row_shares), the backward pass too. No core
/// waits for the others at the end of every operation, which is what sharing out each operation costs where
/// operations are small. Same numbers as block(inputs) but for rounding.
///
/// The first input's first size is the rows; inputs of as many are shared out, all others (and undefined ones) go
/// to every group. `parameters` lists all that the block uses, asked for where gradients are recorded; where their
/// gradients are so large that one set for each group would hurt, nothing is shared out.
torch::Tensor rows_apart(const BlockFunction& block,
                         const std::vector<torch::Tensor>& inputs,
                         const std::function<std::vector<torch::Tensor>()>& parameters);

}  // namespace big
