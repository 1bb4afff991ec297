#include <torch/types.h>

#include <cmath>

#include "sampler_run.h"

namespace big {

/// Multistep sampling of latent consistency models, arXiv 2310.04378, algorithm 3: each step jumps to clean
/// latents and takes fresh noise to the next level; equals diffusers' LCMScheduler.
torch::Tensor sample_lcm(const TimestepRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    auto x0 = predict(run, x, run.timesteps[i]).x0;
    if (run.config.clip_sample) x0 = x0.clamp(-run.config.clip_sample_range, run.config.clip_sample_range);

    // At t = 0 the boundary condition of consistency models holds: x itself.
    constexpr double kSigmaData = 0.5;
    const double t = static_cast<double>(run.timesteps[i]) * run.config.timestep_scaling;
    const double total = t * t + kSigmaData * kSigmaData;
    x = (t / std::sqrt(total)) * x0 + (kSigmaData * kSigmaData / total) * x;
    if (i + 1 < run.steps()) {
      const double next = run.alpha_bar(run.timesteps[i + 1]);
      x = std::sqrt(next) * x + std::sqrt(1 - next) * run.fresh_noise();
    }
    x = run.end_step(x, run.level_after(i));
  }
  return x;
}

/// Strategic stochastic sampling of trajectory consistency distillation, arXiv 2402.19159, algorithm 4 (eta
/// is its gamma): each step jumps along the trajectory past the next level and takes fresh noise back up to
/// it; equals diffusers' TCDScheduler.
torch::Tensor sample_tcd(const TimestepRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const int64_t next = i + 1 < run.steps() ? run.timesteps[i + 1] : 0;
    // In fp32, as diffusers: the rounding decides where the product is nearly whole.
    const auto past =
        static_cast<int64_t>(std::floor(static_cast<float>(1 - run.eta) * static_cast<float>(next)));
    const double bar = run.alpha_bar(past);
    const auto [x0, eps] = predict(run, x, run.timesteps[i]);
    x = std::sqrt(bar) * x0 + std::sqrt(1 - bar) * eps;
    if (run.eta > 0 && i + 1 < run.steps()) {
      const double kept = run.alpha_bar(next) / bar;
      x = std::sqrt(kept) * x + std::sqrt(1 - kept) * run.fresh_noise();
    }
    x = run.end_step(x, run.level_after(i));
  }
  return x;
}

}  // namespace big
