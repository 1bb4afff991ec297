#pragma once

#include <torch/types.h>

namespace big {

/// DreamBooth's loss (arXiv 2208.12242; train_dreambooth.py): mse of the instance half plus prior_loss_weight
/// times mse of the prior half, rows in that order; with weight 0 all rows are instance rows. prediction,
/// target [rows,C,h,w] -> a scalar.
torch::Tensor dreambooth_loss(const torch::Tensor& prediction,
                              const torch::Tensor& target,
                              double prior_loss_weight);

}  // namespace big
