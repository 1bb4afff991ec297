#pragma once

#include <cstdint>
#include <string>

#include "big/training/train_options.h"

namespace big {

/// How the learning rate goes over the updates of a run: diffusers' get_scheduler.
struct LrSchedule {
  std::string name = "constant";  ///< see TrainOptions::lr_scheduler
  int64_t warmup_steps = 0;       ///< updates over which the rate rises from 0, for every name
  int64_t total_steps = 1;
  int64_t num_cycles = 1;    ///< of cosine_with_restarts
  double power = 1;          ///< of polynomial
  double learning_rate = 1;  ///< polynomial ends at 1e-7, which is another share of each rate
};

/// Throws UsageError for a name that is none, naming those that are; for less than one cycle, and for a rate
/// that polynomial cannot let fall to 1e-7.
LrSchedule lr_schedule_of(const TrainOptions& options);

/// What the learning rate is multiplied with at update `step` (from 0). Constant is diffusers'
/// constant_with_warmup; linear and cosine fall to 0 at total_steps, the others as diffusers' of their names.
double lr_factor(const LrSchedule& schedule, int64_t step);

}  // namespace big
