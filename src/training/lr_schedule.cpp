#include "lr_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

void check_lr_schedule(const std::string& name) {
  const std::vector<std::string> names = {"constant", "linear", "cosine"};
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  throw UsageError(concat("lr_scheduler is '", name, "', expected one of ", join(names, ", ")));
}

double lr_factor(const LrSchedule& schedule, int64_t step) {
  const auto warmup = static_cast<double>(schedule.warmup_steps);
  const auto now = static_cast<double>(step);
  if (step < schedule.warmup_steps) return now / std::max(1.0, warmup);
  if (schedule.name == "constant") return 1.0;

  const double falling = std::max(1.0, static_cast<double>(schedule.total_steps) - warmup);
  const double progress = (now - warmup) / falling;
  if (schedule.name == "linear") return std::max(0.0, 1.0 - progress);
  return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * progress)));
}

}  // namespace big
