#include <torch/types.h>

#include <cmath>

#include "big/core/error.h"
#include "prediction.h"
#include "sampler_run.h"
#include "solver_options.h"

namespace big {
namespace {

/// From t to `next` by this output, arXiv 2202.09778, eq. 11 (DDIM's step without dividing by sigma).
torch::Tensor transfer(
    const TimestepRun& run, const torch::Tensor& x, const torch::Tensor& output, int64_t t, int64_t next) {
  const double bar = run.alpha_bar(t), to = run.alpha_bar(next);
  const auto eps = predicted_noise(run.config.prediction_type, x, output, std::sqrt(bar), std::sqrt(1 - bar));
  const double divisor = bar * std::sqrt(1 - to) + std::sqrt(bar * (1 - bar) * to);
  return std::sqrt(to / bar) * x - ((to - bar) / divisor) * eps;
}

/// Adams and Bashforth's combination of the newest outputs (the newest first).
torch::Tensor combined(const std::vector<torch::Tensor>& e) {
  switch (e.size()) {
    case 1:
      return e[0];
    case 2:
      return (3 * e[0] - e[1]) / 2;
    case 3:
      return (23 * e[0] - 16 * e[1] + 5 * e[2]) / 12;
    default:
      return (55 * e[0] - 59 * e[1] + 37 * e[2] - 9 * e[3]) / 24;
  }
}

void check_options(const NoiseScheduleConfig& config) {
  if (config.class_name == "PNDMScheduler" && !config.skip_prk_steps)
    refuse_option("skip_prk_steps", "false", "true (a start with Runge-Kutta steps is not built)");
  if (config.rescale_betas_zero_snr)
    throw UsageError(
        "PLMS divides by the signal, of which this model's first step has none (zero terminal SNR); choose "
        "another scheduler, such as DDIM");
}

}  // namespace

/// Pseudo linear multistep, arXiv 2202.09778, algorithm 2 with a second-order first step in place of
/// Runge-Kutta's; equals diffusers' PNDMScheduler with skip_prk_steps, which calls the network once more than
/// there are steps.
torch::Tensor sample_plms(const TimestepRun& run, torch::Tensor x) {
  check_options(run.config);
  const auto stride = run.stride();
  std::vector<torch::Tensor> outputs;  // the newest first
  for (size_t i = 0; i < run.steps(); ++i) {
    const int64_t t = run.timesteps[i];
    outputs.insert(outputs.begin(), run.output(x, t));
    if (outputs.size() > 4) outputs.pop_back();
    auto end = transfer(run, x, combined(outputs), t, t - stride);
    if (i == 0 && run.steps() > 1) {
      // The first step again, by the mean of the outputs at both its ends.
      const int64_t after = run.timesteps[1];
      end = transfer(run, x, (run.output(end, after) + outputs[0]) / 2, after + stride, after);
    }
    x = run.end_step(end, run.level_after(i));
  }
  return x;
}

}  // namespace big
