#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "big/personalization/gate_report.h"

namespace big {

struct Run;
class RunHistory;

/// How a run ended, for its report.
struct RunEnd {
  std::string error;                   ///< empty: it succeeded
  std::filesystem::path model;         ///< where it succeeded
  int64_t kept_step = 0;               ///< updates of the weights that were kept
  std::optional<GateReport> gate;      ///< of a metamodel
};

/// One HTML page that tells a person of the run and needs nothing but itself, offline too: photos and what the doctor
/// found, curves, what became of each photo, settings, hashes, versions and the command that repeats it. No script; all
/// text that is not the program's own is escaped.
std::string run_report(const Run& run, const RunHistory& history, const RunEnd& end);

}  // namespace big
