#pragma once

#include <string>
#include <vector>

#include "big/diffusion/noise_schedule.h"

namespace big {

/// Where a run of `steps` looks at the noise: falling timesteps by the config's spacing (`own` where it has
/// none), table 2 of arXiv 2305.08891. Leading and trailing are whole numbers, linspace is not rounded.
/// Throws UsageError unless 1 <= steps <= num_train_timesteps.
std::vector<double> spaced_timesteps(const NoiseScheduleConfig& config,
                                     const std::string& own,
                                     int64_t steps);

/// The same for DPM-Solver, which divides the way into steps + 1 parts (but for trailing) and leaves out the
/// last; times at or above `end` are not used. Throws UsageError for more steps than there are timesteps.
std::vector<double> solver_timesteps(const NoiseScheduleConfig& config, int64_t steps, int64_t end);

/// Those of LCM and TCD: the model knows the last timesteps of original_inference_steps equal stretches; of
/// these every so many are taken. Throws UsageError for more steps than stretches.
std::vector<int64_t> distilled_timesteps(const NoiseScheduleConfig& config, int64_t steps);

/// sigma_t = sqrt((1 - abar_t) / abar_t), rising, fp32 values. A zero terminal SNR ends at a large finite
/// sigma (abar = 2^-24), as in diffusers.
std::vector<float> sigma_table(const NoiseSchedule& schedule);

/// Linear interpolation of the table at fractional timesteps, held constant beyond its ends (numpy.interp).
std::vector<double> interpolate(const std::vector<float>& table, const std::vector<double>& at);

/// The fractional timestep whose log sigma it is, by linear interpolation of the logarithms.
double timestep_of_sigma(const std::vector<float>& table, double sigma);

/// The sigma after the last step: 0, or the smallest of the table where the config asks for it.
float final_sigma(const NoiseScheduleConfig& config, const std::vector<float>& table);

}  // namespace big
