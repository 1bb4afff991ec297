#include "config_reader.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

void require_one_of(const JsonView& view,
                    const Json& config,
                    const std::string& key,
                    const std::vector<Json>& allowed) {
  const auto value = config.find(key);
  if (value == config.end() || std::find(allowed.begin(), allowed.end(), *value) != allowed.end()) return;
  std::vector<std::string> names;
  for (const auto& one : allowed) names.push_back(one.dump());
  throw InputError(
      concat(view.where(), ": '", key, "' is ", value->dump(), ", supported: ", join(names, " or ")));
}

int64_t bounded(const JsonView& view, const std::string& key, int64_t fallback, int64_t least, int64_t most) {
  const auto value = view.get<int64_t>(key, fallback);
  if (value < least || value > most) {
    throw InputError(concat(view.where(), ": '", key, "' is ", value, ", expected ", least, " to ", most));
  }
  return value;
}

double bounded_number(const JsonView& view, const std::string& key, double fallback, double least, double most) {
  const auto value = view.get<double>(key, fallback);
  if (!(value >= least && value <= most)) {
    throw InputError(concat(view.where(), ": '", key, "' is ", value, ", expected ", least, " to ", most));
  }
  return value;
}

std::vector<int64_t> level_widths(const JsonView& view, const std::vector<int64_t>& fallback) {
  auto widths = view.get<std::vector<int64_t>>("block_out_channels", fallback);
  if (widths.empty() || widths.size() > kMaxLevels) {
    throw InputError(concat(view.where(), ": 'block_out_channels' has ", widths.size(),
                            " levels, expected 1 to ", kMaxLevels));
  }
  for (const int64_t width : widths) {
    if (width < 1 || width > kMaxWidth) {
      throw InputError(
          concat(view.where(), ": 'block_out_channels' holds ", width, ", expected 1 to ", kMaxWidth));
    }
  }
  return widths;
}

std::vector<int64_t> per_level(
    const JsonView& view, const std::string& key, int64_t fallback, size_t levels, int64_t most) {
  std::vector<int64_t> values(levels, fallback);
  if (view.has(key)) {
    if (view.raw(key).is_array()) {
      values = view.get<std::vector<int64_t>>(key);
    } else {
      values.assign(levels, view.get<int64_t>(key));
    }
  }
  if (values.size() != levels) {
    throw InputError(concat(view.where(), ": '", key, "' has ", values.size(), " entries, expected ", levels,
                            " (one a level)"));
  }
  for (const int64_t value : values) {
    if (value < 1 || value > most) {
      throw InputError(concat(view.where(), ": '", key, "' holds ", value, ", expected 1 to ", most));
    }
  }
  return values;
}

int64_t square_size(const JsonView& view, const std::string& key, int64_t fallback) {
  if (!view.has(key) || !view.raw(key).is_array()) return bounded(view, key, fallback, 1, kMaxWidth);
  const auto sides = view.get<std::vector<int64_t>>(key);
  if (sides.size() != 2 || sides[0] != sides[1] || sides[0] < 1 || sides[0] > kMaxWidth) {
    throw InputError(
        concat(view.where(), ": '", key, "' is ", view.raw(key).dump(), ", expected one side or a square"));
  }
  return sides[0];
}

void require_divisible(const JsonView& view,
                       const std::string& key,
                       const std::vector<int64_t>& widths,
                       int64_t divisor) {
  for (const int64_t width : widths) {
    if (width % divisor != 0) {
      throw InputError(
          concat(view.where(), ": '", key, "' is ", divisor, ", which does not divide the width ", width));
    }
  }
}

}  // namespace big
