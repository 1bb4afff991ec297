#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace big {

/// One step of something long: "drawing class pictures", 12 of 48.
struct Progress {
  std::string stage;
  int64_t done = 0;
  int64_t total = 0;
  std::optional<double> loss = std::nullopt;
};

/// Called after each step; the tools draw bars with it. May throw to stop the work.
using ProgressFn = std::function<void(const Progress&)>;

/// Calls `progress` if there is one.
inline void report(const ProgressFn& progress, Progress step) {
  if (progress) progress(step);
}

}  // namespace big
