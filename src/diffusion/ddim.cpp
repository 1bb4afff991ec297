#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "sampler_run.h"

namespace big {

/// Denoising diffusion implicit models, arXiv 2010.02502, eq. 12 and 16; equals diffusers' DDIMScheduler.
torch::Tensor sample_ddim(const TimestepRun& run, torch::Tensor x) {
  for (size_t i = 0; i < run.steps(); ++i) {
    const int64_t t = run.timesteps[i];
    const double bar = run.alpha_bar(t), next = run.alpha_bar(t - run.stride());
    auto [x0, eps] = predict(run, x, t);
    if (run.config.clip_sample) x0 = x0.clamp(-run.config.clip_sample_range, run.config.clip_sample_range);
    const double variance = bar < 1 ? std::max((1 - next) / (1 - bar) * (1 - bar / next), 0.0) : 0.0;
    const double fresh = run.eta * std::sqrt(variance);

    x = std::sqrt(next) * x0 + std::sqrt(std::max(1 - next - fresh * fresh, 0.0)) * eps;
    if (run.eta > 0) x = x + fresh * run.fresh_noise();
    x = run.end_step(x, run.level_after(i));
  }
  return x;
}

}  // namespace big
