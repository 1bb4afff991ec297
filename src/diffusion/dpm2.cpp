#include <torch/types.h>

#include <cmath>

#include "sampler_run.h"

namespace big {
namespace {

/// From sigma down to `next` by the slope in the middle of the logarithms; at 0 there is none.
torch::Tensor midpoint_step(const SigmaRun& run, const torch::Tensor& x, double sigma, double next) {
  const auto slope = (x - run.denoised(x, sigma)) / sigma;  // dx / dsigma
  if (next == 0) return x + slope * (next - sigma);
  const double middle = std::sqrt(sigma * next);
  const auto half_way = x + slope * (middle - sigma);
  return x + (half_way - run.denoised_between(half_way, middle)) / middle * (next - sigma);
}

}  // namespace

/// A second-order midpoint method inspired by DPM-Solver-2 (arXiv 2206.00927), as k-diffusion's sample_dpm_2;
/// equals diffusers' KDPM2DiscreteScheduler.
torch::Tensor sample_dpm2(const SigmaRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    x = run.end_step(midpoint_step(run, x, sigma, next), next);
  }
  return x;
}

/// The same with ancestral noise; equals diffusers' KDPM2AncestralDiscreteScheduler.
torch::Tensor sample_dpm2_ancestral(const SigmaRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const auto [down, up] = ancestral_step(run.sigmas[i], run.sigmas[i + 1], run.eta);
    x = midpoint_step(run, x, run.sigmas[i], down);
    if (run.sigmas[i + 1] > 0) x = x + run.fresh_noise() * up;
    x = run.end_step(x, run.sigmas[i + 1]);
  }
  return x;
}

}  // namespace big
