#pragma once

#include <torch/types.h>

#include "big/diffusion/noise_schedule.h"
#include "big/training/train_options.h"

namespace big {

/// What the loss at each timestep is multiplied with: [T] fp64 on the CPU, undefined where all are 1.
/// snr_gamma: min-SNR (arXiv 2303.09556), min(snr, gamma) / snr, for v-prediction over snr + 1.
/// debiased_estimation (arXiv 2310.08442): 1 / sqrt(snr), for v-prediction 1 / (snr + 1), snr at most 1000,
/// as sd-scripts has it. Throws UsageError for both at once.
torch::Tensor timestep_weights(const TrainOptions& options, const NoiseSchedule& schedule);

}  // namespace big
