#pragma once

#include <torch/types.h>

#include "big/diffusion/noise_schedule.h"
#include "big/training/train_options.h"

namespace big {

/// One forward pass, rows: the instance half, then the prior half (without a prior all are instance rows).
struct LossRows {
  torch::Tensor prediction, target;  ///< [rows,C,h,w]
  torch::Tensor timesteps;           ///< [rows] int64
  torch::Tensor mask;  ///< [instance rows,1,h,w], 0 ... 1: how much each latent cell counts; undefined: all alike
};

/// DreamBooth's loss (arXiv 2208.12242; train_dreambooth.py): the mean over the instance rows plus
/// prior_loss_weight times the mean over the prior rows. What options add weighs the instance rows alone,
/// each by its own timestep: the prior stays what it is. Throws UsageError for options that make no sense.
class DreamboothLoss {
 public:
  DreamboothLoss(const TrainOptions& options, const NoiseSchedule& schedule);
  /// -> a scalar.
  torch::Tensor operator()(const LossRows& rows) const;
  /// The loss of each row alone, weights and masks left out: [rows].
  torch::Tensor of_rows(const LossRows& rows) const;

 private:
  torch::Tensor pointwise(const LossRows& rows) const;

  const TrainOptions& options_;
  torch::Tensor weights_;  ///< [T] fp64, one a timestep; undefined: all 1
};

}  // namespace big
