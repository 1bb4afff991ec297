#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "big/core/error.h"
#include "big/core/json.h"

namespace big {

/// A new version of a metamodel that the gate lets not become the current one; the old one stays. The message
/// holds the table.
class GateError : public Error {
 public:
  explicit GateError(const std::string& message) : Error(5, "gate", message) {}
};

/// One subject before and after a run. Its identity is how much worse other words explain its photos than its
/// own: geometric mean of error("a {category}", "a {unused word} {category}") / error("a {identifier}
/// {category}"); 1: the model does not know it.
struct SubjectMeasure {
  std::string identifier, category;
  bool is_new = false;
  double before = 1, after = 1;
  /// Part of ln(identity) that was lost (of a new subject minus what it gained), with its 95 % interval.
  double lost = 0, lost_low = 0, lost_high = 0;
  bool passed = true;
};

/// What the gate found of a new version of a metamodel.
struct GateReport {
  std::vector<SubjectMeasure> subjects;  ///< the new one first
  int64_t unmeasured = 0;                ///< earlier subjects beyond those measured
  /// Part by which the class pictures' error under their own prompt grew, with its 95 % interval.
  double drift = 0, drift_low = 0, drift_high = 0;
  bool drift_passed = true;
  bool consolidated = false;  ///< measured after a consolidation
  bool passed() const;
  bool learned() const { return subjects.empty() || subjects.front().passed; }
  /// For people: a line a subject, one for the classes.
  std::vector<std::string> lines() const;
  OrderedJson json() const;
};

}  // namespace big
