#include "big/core/duration.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "big/core/text.h"

namespace big {

std::string format_duration(double seconds) {
  constexpr double kThousandYears = 3.2e10;
  if (!(seconds >= 0 && seconds < kThousandYears)) return "unknown";
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  if (whole < 60) return concat(whole, " s");
  if (whole < 3600) return concat(whole / 60, " min ", whole % 60, " s");
  const int64_t minutes = (whole + 30) / 60;
  return concat(minutes / 60, " h ", minutes % 60 < 10 ? "0" : "", minutes % 60, " min");
}

std::string format_bytes(uint64_t bytes) {
  constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return concat(bytes, " B");
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  // 1023.95 would print as 1024.0: the next unit says it better.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, kUnits[unit]);
  return text.data();
}

}  // namespace big
