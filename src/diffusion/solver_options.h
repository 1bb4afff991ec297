#pragma once

#include <string>

#include "big/diffusion/noise_schedule.h"

namespace big {

/// Throws InputError for a key of scheduler_config.json whose value a sampler cannot follow.
[[noreturn]] void refuse_option(const std::string& key,
                                const std::string& found,
                                const std::string& expected);

/// Refuses a solver_order that is not 1 to `most`.
void check_solver_order(const NoiseScheduleConfig& config, int64_t most);
/// Refuses DPM-Solvers on noise in place of clean latents. (Names of other solvers stand in files for the
/// default, as in diffusers.)
void check_algorithm(const NoiseScheduleConfig& config);

}  // namespace big
