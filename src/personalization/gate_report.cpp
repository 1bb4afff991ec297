#include "big/personalization/gate_report.h"

#include <algorithm>

#include "big/core/text.h"
#include "fixed_text.h"

namespace big {
namespace {

std::string percent(double part, double low, double high) {
  return concat(fixed(100 * part, 0), " % (", fixed(100 * low, 0), " to ", fixed(100 * high, 0), ")");
}

std::string line_of(const SubjectMeasure& subject) {
  const std::string what = concat(subject.identifier, " (", subject.category, "): identity ",
                                  fixed(subject.before, 3), " -> ", fixed(subject.after, 3));
  if (subject.is_new) return concat(what, subject.passed ? ", learned" : ", NOT LEARNED");
  return concat(what, ", lost ", percent(subject.lost, subject.lost_low, subject.lost_high),
                subject.passed ? "" : ", FORGOTTEN");
}

}  // namespace

bool GateReport::passed() const {
  return drift_passed && std::all_of(subjects.begin(), subjects.end(),
                                     [](const SubjectMeasure& subject) { return subject.passed; });
}

std::vector<std::string> GateReport::lines() const {
  std::vector<std::string> lines;
  for (const auto& subject : subjects) lines.push_back(line_of(subject));
  if (unmeasured > 0) lines.push_back(concat("(", unmeasured, " more subjects were not measured)"));
  lines.push_back(concat("classes without an identifier: error changed by ", percent(drift, drift_low, drift_high),
                         drift_passed ? "" : ", DRIFTED"));
  return lines;
}

OrderedJson GateReport::json() const {
  OrderedJson rows = OrderedJson::array();
  for (const auto& subject : subjects) {
    rows.push_back({{"identifier", subject.identifier},
                    {"category", subject.category},
                    {"new", subject.is_new},
                    {"identity_before", subject.before},
                    {"identity_after", subject.after},
                    {"lost", {subject.lost, subject.lost_low, subject.lost_high}},
                    {"passed", subject.passed}});
  }
  return {{"passed", passed()},
          {"consolidated", consolidated},
          {"subjects", rows},
          {"unmeasured", unmeasured},
          {"class_drift", {drift, drift_low, drift_high}}};
}

}  // namespace big
