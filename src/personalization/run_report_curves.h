#pragma once

#include <optional>
#include <string>

namespace big {

class RunHistory;

/// The curves of a run as figures: the loss of its updates, the measured errors by timestep quarter, drift and score.
/// `kept_step`: marked, where measurements chose it. Nothing where there is nothing to draw.
std::string curves_of(const RunHistory& history, std::optional<int64_t> kept_step);

}  // namespace big
