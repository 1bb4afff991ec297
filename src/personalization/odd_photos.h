#pragma once

#include <string>
#include <vector>

#include "big/training/measurement.h"

namespace big {

/// What became of one photo's errors between two measurements.
struct PhotoChange {
  std::string name;
  bool held_out = false;
  double before = 0, after = 0;  ///< geometric mean of the quarters
  double change = 0;             ///< part by which that changed: -0.2 fell by 20 %
  bool odd = false;   ///< fell far less than the other taught photos' errors: the photo may hurt
};

/// In the order of `after`; photos that `before` does not know are left out. A taught photo is odd where its change (of the
/// logarithm) is above the median of at least four taught photos by three standard deviations, estimated from the
/// median absolute deviation (Leys et al. 2013), and by 0.05.
std::vector<PhotoChange> photo_changes(const Measurement& before, const Measurement& after);

}  // namespace big
