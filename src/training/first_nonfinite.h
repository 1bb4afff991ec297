#pragma once

#include <functional>
#include <string>

#include "big/modules/named_tensors.h"

namespace big {

/// Runs `forward` and watches what each layer gives. Returns the first one whose output holds a number that is
/// not finite: the name of its weight in `weights` without ".weight", or "what follows <layer>" for a step
/// without weights; empty where all is finite. Costs a pass over every output: for explaining a failure.
std::string first_nonfinite_layer(const NamedTensors& weights, const std::function<void()>& forward);

}  // namespace big
