#include "lr_schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

namespace {

constexpr double kPolynomialEnd = 1e-7;

double constant(const LrSchedule&, double) { return 1; }

double linear(const LrSchedule&, double progress) { return std::max(0.0, 1 - progress); }

double half_wave(double progress) {
  return std::max(0.0, 0.5 * (1 + std::cos(std::numbers::pi * progress)));
}

double cosine(const LrSchedule&, double progress) { return half_wave(progress); }

double cosine_with_restarts(const LrSchedule& schedule, double progress) {
  if (progress >= 1) return 0;
  return half_wave(std::fmod(static_cast<double>(schedule.num_cycles) * progress, 1));
}

double polynomial(const LrSchedule& schedule, double progress) {
  const double end = kPolynomialEnd / schedule.learning_rate;
  if (progress > 1) return end;
  return (1 - end) * std::pow(1 - progress, schedule.power) + end;
}

/// What follows the warm-up, by how much of the rest is over (0 ... 1).
struct Entry {
  const char* name;
  double (*factor)(const LrSchedule&, double progress);
};
constexpr Entry kSchedules[] = {{"constant", constant},
                                {"linear", linear},
                                {"cosine", cosine},
                                {"cosine_with_restarts", cosine_with_restarts},
                                {"polynomial", polynomial}};

const Entry& find_schedule(const std::string& name) {
  std::vector<std::string> names;
  for (const auto& entry : kSchedules) {
    if (name == entry.name) return entry;
    names.emplace_back(entry.name);
  }
  throw UsageError(concat("lr_scheduler is '", name, "', expected one of ", join(names, ", ")));
}

}  // namespace

LrSchedule lr_schedule_of(const TrainOptions& options) {
  find_schedule(options.lr_scheduler);
  if (options.lr_num_cycles < 1)
    throw UsageError(concat("lr_num_cycles is ", options.lr_num_cycles, ", expected at least 1"));
  if (options.lr_scheduler == "polynomial" && options.learning_rate <= kPolynomialEnd) {
    throw UsageError(concat("lr_scheduler polynomial lets the rate fall to ", kPolynomialEnd,
                            ": learning_rate is ", options.learning_rate, ", expected more"));
  }
  return {options.lr_scheduler,  options.lr_warmup_steps, options.max_train_steps,
          options.lr_num_cycles, options.lr_power,        options.learning_rate};
}

double lr_factor(const LrSchedule& schedule, int64_t step) {
  const auto warmup = static_cast<double>(schedule.warmup_steps);
  const auto now = static_cast<double>(step);
  if (step < schedule.warmup_steps) return now / std::max(1.0, warmup);
  const double rest = std::max(1.0, static_cast<double>(schedule.total_steps) - warmup);
  return find_schedule(schedule.name).factor(schedule, (now - warmup) / rest);
}

}  // namespace big
