#include <torch/types.h>

#include "sampler_run.h"

namespace big {

/// Euler's method on the probability flow, arXiv 2206.00364, algorithm 2 without churn or correction; equals
/// diffusers' EulerDiscreteScheduler.
torch::Tensor sample_euler(const SigmaRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    const auto slope = (x - run.denoised(x, sigma)) / sigma;  // dx / dsigma
    x = run.end_step(x + slope * (next - sigma), next);
  }
  return x;
}

/// Euler steps that go below the next noise level and add fresh noise back up to it, as k-diffusion's
/// sample_euler_ancestral; equals diffusers' EulerAncestralDiscreteScheduler.
torch::Tensor sample_euler_ancestral(const SigmaRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    const auto [down, up] = ancestral_step(sigma, next, run.eta);
    const auto slope = (x - run.denoised(x, sigma)) / sigma;
    x = run.end_step(x + slope * (down - sigma) + run.fresh_noise() * up, next);
  }
  return x;
}

}  // namespace big
