#pragma once

#include <cstdint>
#include <string>

namespace big {

/// How the learning rate goes over the updates of a run: diffusers' get_scheduler.
struct LrSchedule {
  std::string name = "constant";  ///< constant | linear | cosine
  int64_t warmup_steps = 0;       ///< updates over which the rate rises from 0, for each of the three
  int64_t total_steps = 1;
};

/// Throws UsageError for a name that is none of the three, naming them.
void check_lr_schedule(const std::string& name);

/// What the learning rate is multiplied with at update `step` (from 0). Constant is diffusers'
/// constant_with_warmup; linear and cosine fall to 0 at total_steps.
double lr_factor(const LrSchedule& schedule, int64_t step);

}  // namespace big
