#include <torch/types.h>

#include <cmath>

#include "sampler_run.h"
#include "solver_options.h"

namespace big {
namespace {

/// Solves from sigma to `next` with constant clean latents: first-order DPM-Solver++, in other words DDIM.
torch::Tensor first_order(const torch::Tensor& x, const torch::Tensor& x0, double sigma, double next) {
  return (next / sigma) * x + (1 - next / sigma) * x0;
}

}  // namespace

/// DPM-Solver++(2S), arXiv 2211.01095, algorithm 1: every second step looks back at the start of the one
/// before. Equals diffusers' DPMSolverSinglestepScheduler of order 1 and 2 in its midpoint form.
torch::Tensor sample_dpmpp_2s(const SigmaRun& run, torch::Tensor x) {
  check_solver_order(run.config, 2);
  check_algorithm(run.config);
  if (run.config.class_name == "DPMSolverSinglestepScheduler" &&
      run.config.algorithm_type == "sde-dpmsolver++")
    refuse_option("algorithm_type", run.config.algorithm_type, "dpmsolver++");
  const size_t steps = run.steps();
  const bool whole_pairs =
      !run.config.lower_order_final && run.whole_steps() % 2 == 0 && run.sigmas.back() > 0;
  torch::Tensor start, start_x0;
  for (size_t i = 0; i < steps; ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    const auto x0 = run.denoised(x, sigma);
    const bool second = i > 0 && (run.skipped + i) % 2 == 1;
    const bool closes_pair = run.config.solver_order == 2 && second && (i + 1 < steps || whole_pairs);
    // In very long runs rounded timesteps coincide; such a pair has no middle.
    if (!closes_pair || sigma >= run.sigmas[i - 1]) {
      start = x;
      start_x0 = x0;
      x = run.end_step(first_order(x, x0, sigma, next), next);
      continue;
    }
    const double begin = run.sigmas[i - 1];
    const double r = std::log(begin / sigma) / std::log(begin / next);  // where in the pair x0 was seen
    x = run.end_step(first_order(start, start_x0 + (x0 - start_x0) / (2 * r), begin, next), next);
  }
  return x;
}

/// The same with its middle inside each step and ancestral noise, as k-diffusion's
/// sample_dpmpp_2s_ancestral.
torch::Tensor sample_dpmpp_2s_ancestral(const SigmaRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i];
    const auto [down, up] = ancestral_step(sigma, run.sigmas[i + 1], run.eta);
    auto x0 = run.denoised(x, sigma);
    if (down > 0) {
      const double middle = std::sqrt(sigma * down);
      x0 = run.denoised_between(first_order(x, x0, sigma, middle), middle);
    }
    x = first_order(x, x0, sigma, down);
    if (run.sigmas[i + 1] > 0) x = x + run.fresh_noise() * up;
    x = run.end_step(x, run.sigmas[i + 1]);
  }
  return x;
}

/// DPM-Solver++ for the stochastic equation, with Brownian noise to the middle and to the end of each step,
/// as k-diffusion's sample_dpmpp_sde (r = 1/2); equals diffusers' DPMSolverSDEScheduler.
torch::Tensor sample_dpmpp_sde(const SigmaRun& run, torch::Tensor x) {
  const auto noisy_step = [&](const torch::Tensor& x0, double from, double to) {
    const auto [down, up] = ancestral_step(from, to, run.eta);
    const auto clean = first_order(x, x0, from, down);
    return up > 0 ? clean + run.brownian_noise(from, to) * up : clean;
  };
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    auto x0 = run.denoised(x, sigma);
    if (next > 0) {
      const double middle = std::sqrt(sigma * next);
      x0 = run.denoised_between(noisy_step(x0, sigma, middle), middle);
    }
    x = run.end_step(noisy_step(x0, sigma, next), next);
  }
  return x;
}

}  // namespace big
