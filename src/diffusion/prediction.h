#pragma once

#include <torch/types.h>

#include "big/diffusion/noise_schedule.h"

namespace big {

/// The clean latents that the network's output means, where x = alpha x0 + sigma eps and alpha^2 + sigma^2
/// = 1.
torch::Tensor predicted_x0(
    PredictionType type, const torch::Tensor& x, const torch::Tensor& output, double alpha, double sigma);
/// The noise that it means.
torch::Tensor predicted_noise(
    PredictionType type, const torch::Tensor& x, const torch::Tensor& output, double alpha, double sigma);
/// The clean latents where x = x0 + sigma eps and the network saw x / sqrt(sigma^2 + 1) (arXiv 2206.00364).
torch::Tensor denoised(PredictionType type,
                       const torch::Tensor& x,
                       const torch::Tensor& output,
                       double sigma);

}  // namespace big
