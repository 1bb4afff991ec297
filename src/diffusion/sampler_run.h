#pragma once

#include <torch/types.h>

#include <functional>
#include <vector>

#include "big/diffusion/noise_schedule.h"

namespace big {

/// What every sampler is given beside its first x.
struct SamplerRun {
  NoiseScheduleConfig config;  ///< options of the folder's scheduler
  double eta = 0;              ///< share of fresh noise: 0 none, 1 all that the step's variance allows
  /// Standard normal, like x: the next numbers of each picture's stream.
  std::function<torch::Tensor()> fresh_noise;
  /// Ends a step: x as it is kept (rounded to the latents' dtype), reported on the way. `level` is what x now
  /// stands on, a sigma or a timestep of the run (kClean: none is left).
  std::function<torch::Tensor(const torch::Tensor& x, double level)> end_step;
  /// Steps left out before the first of this run, which begins at a noised picture. Rules that go by the
  /// number of steps, or by the parity of one, count them.
  size_t skipped = 0;
};

/// A run over noise levels x = x0 + sigma eps (arXiv 2206.00364).
struct SigmaRun : SamplerRun {
  std::vector<double> sigmas;  ///< steps + 1, falling; all but the last are positive
  /// The network's clean latents for x at this level: at the run's own it is told their timesteps, which some
  /// schedules round; `denoised_between`: always that of as much noise, by the logarithm.
  std::function<torch::Tensor(const torch::Tensor& x, double sigma)> denoised, denoised_between;
  /// Standard normal, like x: a Brownian motion's way between two levels, scaled to unit variance.
  std::function<torch::Tensor(double from, double to)> brownian_noise;

  size_t steps() const { return sigmas.size() - 1; }
  size_t whole_steps() const { return skipped + steps(); }
};

/// The level of a run over timesteps where no noise is left.
inline constexpr double kClean = -1;

/// A run over whole timesteps, x = sqrt(abar_t) x0 + sqrt(1 - abar_t) eps.
struct TimestepRun : SamplerRun {
  std::vector<int64_t> timesteps;      ///< falling
  std::vector<double> alphas_cumprod;  ///< abar of all timesteps of training
  /// The network's raw output.
  std::function<torch::Tensor(const torch::Tensor& x, int64_t t)> output;

  size_t steps() const { return timesteps.size(); }
  size_t whole_steps() const { return skipped + steps(); }
  /// Between the timesteps of the run, as its model spaces them.
  int64_t stride() const { return config.num_train_timesteps / static_cast<int64_t>(whole_steps()); }
  /// The level that step i ends on.
  double level_after(size_t i) const {
    return i + 1 < steps() ? static_cast<double>(timesteps[i + 1]) : kClean;
  }
  double alpha_bar(int64_t t) const;
};

/// Clean latents and noise that an output means.
struct Prediction {
  torch::Tensor x0, noise;
};
Prediction predict(const TimestepRun& run, const torch::Tensor& x, int64_t t);

/// How far an ancestral step goes down, and the noise that brings it up to the next level (k-diffusion's
/// get_ancestral_step): down^2 + up^2 = to^2.
struct AncestralStep {
  double down, up;
};
AncestralStep ancestral_step(double from, double to, double eta);

using SigmaSampler = torch::Tensor (*)(const SigmaRun& run, torch::Tensor x);
using TimestepSampler = torch::Tensor (*)(const TimestepRun& run, torch::Tensor x);

// One function a sampler: x at the first level -> x at the last.
torch::Tensor sample_euler(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_euler_ancestral(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_heun(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_restart(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_lms(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_deis(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpm2(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpm2_ancestral(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpmpp_2s(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpmpp_2s_ancestral(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpmpp_sde(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpmpp_2m(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpmpp_2m_sde(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpmpp_2m_sde_heun(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_dpmpp_3m_sde(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_unipc(const SigmaRun& run, torch::Tensor x);
torch::Tensor sample_ddim(const TimestepRun& run, torch::Tensor x);
torch::Tensor sample_plms(const TimestepRun& run, torch::Tensor x);
torch::Tensor sample_lcm(const TimestepRun& run, torch::Tensor x);
torch::Tensor sample_tcd(const TimestepRun& run, torch::Tensor x);

}  // namespace big
