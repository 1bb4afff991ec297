#include <torch/types.h>

#include <cmath>

#include "sampler_run.h"
#include "solver_options.h"

namespace big {
namespace {

/// What tells the multistep solvers apart.
struct Multistep {
  int64_t order;
  enum class SecondOrder { kMidpoint, kTaylor } second_order;  ///< diffusers: midpoint, heun
  enum class ShortRuns { kByOptions, kFullOrder } short_runs = ShortRuns::kByOptions;
};

/// The order that this step takes: as many past steps as there are; towards the end of short runs fewer,
/// which is steadier; none into a level without noise.
int64_t order_of_step(const SigmaRun& run, const Multistep& solver, size_t i) {
  constexpr size_t kShortRun = 15;  // diffusers
  const auto known = static_cast<int64_t>(i) + 1, left = static_cast<int64_t>(run.steps() - i);
  const auto& config = run.config;
  if (left == 1 && (run.sigmas.back() == 0 || config.euler_at_final)) return 1;
  const bool steady = solver.short_runs == Multistep::ShortRuns::kByOptions && config.lower_order_final &&
                      run.whole_steps() < kShortRun;
  return std::min({solver.order, known, steady ? left : solver.order});
}

/// DPM-Solver++ in the time lambda = -log sigma, arXiv 2211.01095 (algorithm 2 and its SDE form, appendix
/// A): the clean latents are continued by a polynomial through those of past steps; of the noise, eta shares
/// are taken fresh.
torch::Tensor sample_multistep(const SigmaRun& run, const Multistep& solver, torch::Tensor x) {
  std::vector<torch::Tensor> x0s;  // the newest first
  const auto h_before = [&](size_t i) { return std::log(run.sigmas[i - 1] / run.sigmas[i]); };
  for (size_t i = 0; i < run.steps(); ++i) {
    const double sigma = run.sigmas[i], next = run.sigmas[i + 1];
    x0s.insert(x0s.begin(), run.denoised(x, sigma));
    if (x0s.size() > 3) x0s.pop_back();

    const double h = std::log(sigma / next);  // infinite where the end is without noise
    const double eta_h = run.eta > 0 ? run.eta * h : 0, total = h + eta_h;
    const double grow = -std::expm1(-total);  // weight of the clean latents
    auto result = (next / sigma) * std::exp(-eta_h) * x + grow * x0s[0];
    auto order = order_of_step(run, solver, i);
    // In very long runs rounded timesteps coincide; such a step has no slope to continue.
    for (size_t back = 0; back + 1 < static_cast<size_t>(order); ++back)
      if (h <= 0 || h_before(i - back) <= 0) order = 1;

    const double phi2 = 1 - grow / total, phi3 = phi2 / total - 0.5;
    if (order == 2) {
      const double slope = solver.second_order == Multistep::SecondOrder::kMidpoint ? grow / 2 : phi2;
      result = result + (slope * h / h_before(i)) * (x0s[0] - x0s[1]);
    } else if (order == 3) {
      const double r0 = h_before(i) / h, r1 = h_before(i - 1) / h;
      const auto near = (x0s[0] - x0s[1]) / r0, far = (x0s[1] - x0s[2]) / r1;
      const auto bend = (near - far) / (r0 + r1);
      result = result + phi2 * (near + r0 * bend) - phi3 * bend;
    }
    if (run.eta > 0 && next > 0)
      result = result + run.brownian_noise(sigma, next) * (next * std::sqrt(-std::expm1(-2 * eta_h)));
    x = run.end_step(result, next);
  }
  return x;
}

Multistep::SecondOrder second_order_of(const NoiseScheduleConfig& config) {
  using enum Multistep::SecondOrder;
  return config.solver_type == "heun" ? kTaylor : kMidpoint;
}

}  // namespace

/// DPM-Solver++(2M); equals diffusers' DPMSolverMultistepScheduler of order 1 to 3.
torch::Tensor sample_dpmpp_2m(const SigmaRun& run, torch::Tensor x) {
  check_solver_order(run.config, 3);
  check_algorithm(run.config);
  return sample_multistep(run, {run.config.solver_order, second_order_of(run.config)}, std::move(x));
}

/// Equals diffusers' class with algorithm_type sde-dpmsolver++, order 2, solver_type midpoint.
torch::Tensor sample_dpmpp_2m_sde(const SigmaRun& run, torch::Tensor x) {
  return sample_multistep(run, {2, Multistep::SecondOrder::kMidpoint}, std::move(x));
}

/// The same with solver_type heun.
torch::Tensor sample_dpmpp_2m_sde_heun(const SigmaRun& run, torch::Tensor x) {
  return sample_multistep(run, {2, Multistep::SecondOrder::kTaylor}, std::move(x));
}

/// As k-diffusion's sample_dpmpp_3m_sde. (diffusers' order 3 with noise has another sign in its last term,
/// with which more steps do not help.)
torch::Tensor sample_dpmpp_3m_sde(const SigmaRun& run, torch::Tensor x) {
  using enum Multistep::ShortRuns;
  return sample_multistep(run, {3, Multistep::SecondOrder::kTaylor, kFullOrder}, std::move(x));
}

}  // namespace big
