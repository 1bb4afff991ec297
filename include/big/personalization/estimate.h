#pragma once

namespace big {

/// A number with its 95 % interval.
struct Estimate {
  double value = 0, low = 0, high = 0;
};

}  // namespace big
