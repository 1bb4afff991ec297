#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "big/personalization/estimate.h"

namespace big {

/// The percentile bootstrap (Efron and Tibshirani 1993, chapter 13): `statistic` of indices 0 ... count - 1, and of
/// 1000 draws of as many with replacement. The same numbers on every machine.
Estimate bootstrap(int64_t count, const std::function<double(const std::vector<int64_t>&)>& statistic);

}  // namespace big
