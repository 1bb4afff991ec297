#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "big/core/json.h"

namespace big {

/// Denoising errors by quarter of the measured timesteps, little noise first: of 1000 timesteps 100 to 300, to
/// 500, to 700, to 900.
using Quarters = std::array<double, 4>;

/// How well one photo is explained by what it is taught with.
struct PhotoErrors {
  std::string name;  ///< of its file
  bool held_out = false;
  Quarters errors{};
};

/// What a model knew after some updates, at the same noise and timesteps each time.
struct Measurement {
  int64_t step = 0;  ///< updates done
  std::vector<PhotoErrors> photos;
  std::optional<Quarters> of_class;  ///< of class pictures under the class prompt; nothing: there are none
  /// Part by which the class pictures' errors grew since the first measurement (geometric mean of the quarters); a
  /// model that forgets what the class looks like drifts upwards.
  std::optional<double> drift;
  /// The lower the better, 1 at the first measurement: the judged photos' errors as part of those at first
  /// (geometric mean of the quarters, so that each counts alike), times 1 + drift where that is above 1.
  double score = 1;
};

/// The mean over the photos that a measurement is judged by: those held out where there are some, else all.
Quarters judged_errors(const Measurement& measurement);

/// Sets drift and score of `measurement` by what `before` began with (nothing: it is the first itself).
void set_score(Measurement& measurement, const std::vector<Measurement>& before);

/// The index of the lowest score after the first update, the earlier of equal ones; nothing where none was measured.
std::optional<size_t> best_of(const std::vector<Measurement>& measurements);

/// How many measurements there are after the best one.
int64_t measurements_since_best(const std::vector<Measurement>& measurements);

/// One line of a history: {"step", "score", "drift", "errors": [4], "class_errors": [4] or null, "photos": [{"name",
/// "held_out", "errors": [4]}]}.
OrderedJson to_json(const Measurement& measurement);
/// Throws InputError, naming `where`, for anything else.
Measurement measurement_of(const Json& json, const std::string& where);

}  // namespace big
