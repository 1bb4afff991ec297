#include "spacing.h"

#include <algorithm>
#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

/// `count` falling points from `last` to 0, both included; one point alone is 0 (numpy.linspace).
std::vector<double> linspace_down(double last, int64_t count) {
  std::vector<double> points(static_cast<size_t>(count), 0.0);
  const double step = count > 1 ? last / static_cast<double>(count - 1) : 0.0;
  for (int64_t i = 0; i + 1 < count; ++i)
    points[static_cast<size_t>(i)] = static_cast<double>(count - 1 - i) * step;
  if (count > 1) points.front() = last;
  return points;
}

std::vector<double> leading_down(int64_t stride, int64_t count, int64_t offset) {
  std::vector<double> points;
  for (int64_t i = count - 1; i >= 0; --i) points.push_back(static_cast<double>(i * stride + offset));
  return points;
}

/// From end - 1 down in steps of T / count. The arithmetic is numpy.arange's, whose rounding decides the
/// halves.
std::vector<double> trailing_down(double end, double train_steps, int64_t count) {
  const double stride = (end - train_steps / static_cast<double>(count)) - end;
  std::vector<double> points;
  for (int64_t i = 0; i < count; ++i) {
    const double t = std::nearbyint(end + static_cast<double>(i) * stride) - 1;
    if (t >= 0) points.push_back(t);  // fewer where the run starts below T
  }
  return points;
}

void check_steps(int64_t steps, int64_t most) {
  if (steps < 1 || steps > most)
    throw UsageError(concat("num_inference_steps is ", steps, ", expected 1 to ", most,
                            " (the model's training steps allow no more)"));
}

}  // namespace

std::vector<double> spaced_timesteps(const NoiseScheduleConfig& config,
                                     const std::string& own,
                                     int64_t steps) {
  check_steps(steps, config.num_train_timesteps);
  const auto& spacing = config.timestep_spacing.empty() ? own : config.timestep_spacing;
  const auto T = config.num_train_timesteps;
  if (spacing == "linspace") return linspace_down(static_cast<double>(T - 1), steps);
  if (spacing == "leading") return leading_down(T / steps, steps, config.steps_offset);
  return trailing_down(static_cast<double>(T), static_cast<double>(T), steps);
}

std::vector<double> solver_timesteps(const NoiseScheduleConfig& config, int64_t steps, int64_t end) {
  const auto spacing = config.timestep_spacing.empty() ? "linspace" : config.timestep_spacing;
  check_steps(steps, spacing == "leading" ? end - 1 : config.num_train_timesteps);
  if (spacing == "trailing")
    return trailing_down(static_cast<double>(end), static_cast<double>(config.num_train_timesteps), steps);
  auto points = spacing == "linspace" ? linspace_down(static_cast<double>(end - 1), steps + 1)
                                      : leading_down(end / (steps + 1), steps + 1, config.steps_offset);
  points.pop_back();
  return points;
}

std::vector<int64_t> distilled_timesteps(const NoiseScheduleConfig& config, int64_t steps) {
  const auto most = std::min(config.original_inference_steps, config.num_train_timesteps);
  if (steps < 1 || steps > most) {
    throw UsageError(concat("num_inference_steps is ", steps, ", expected 1 to ", most,
                            " (the steps that the model was distilled from; 4 to 8 are usual)"));
  }
  const int64_t stretch = config.num_train_timesteps / most;
  const double stride = static_cast<double>(most) / static_cast<double>(steps);
  std::vector<int64_t> timesteps;
  for (int64_t i = 0; i < steps; ++i) {
    const auto skipped = static_cast<int64_t>(std::floor(static_cast<double>(i) * stride));
    timesteps.push_back((most - skipped) * stretch - 1);
  }
  return timesteps;
}

std::vector<float> sigma_table(const NoiseSchedule& schedule) {
  const auto bars = schedule.alphas_cumprod().contiguous();
  std::vector<float> sigmas(bars.data_ptr<float>(), bars.data_ptr<float>() + bars.numel());
  if (schedule.config().rescale_betas_zero_snr) sigmas.back() = std::ldexp(1.0F, -24);
  for (float& value : sigmas) value = std::sqrt((1 - value) / value);
  return sigmas;
}

std::vector<double> interpolate(const std::vector<float>& table, const std::vector<double>& at) {
  std::vector<double> values;
  const auto last = static_cast<double>(table.size() - 1);
  for (const double t : at) {
    const double inside = std::clamp(t, 0.0, last);
    const auto low = std::min(static_cast<size_t>(inside), table.size() - 1),
               high = std::min(low + 1, table.size() - 1);
    const double a = table[low], b = table[high];
    values.push_back((b - a) * (inside - static_cast<double>(low)) + a);
  }
  return values;
}

double timestep_of_sigma(const std::vector<float>& table, double sigma) {
  const double log_sigma = std::log(std::max(sigma, 1e-10));
  const auto above = std::upper_bound(table.begin(), table.end(), log_sigma,
                                      [](double value, float entry) { return value < std::log(entry); });
  const auto found = std::max<std::ptrdiff_t>(above - table.begin() - 1, 0);
  const auto low = std::min(static_cast<size_t>(found), table.size() - 2);
  const float log_low = std::log(table[low]), log_high = std::log(table[low + 1]);
  const double w = std::clamp((log_low - log_sigma) / static_cast<double>(log_low - log_high), 0.0, 1.0);
  return (1 - w) * static_cast<double>(low) + w * static_cast<double>(low + 1);
}

float final_sigma(const NoiseScheduleConfig& config, const std::vector<float>& table) {
  return config.final_sigmas_type == "sigma_min" ? table.front() : 0.0F;
}

}  // namespace big
