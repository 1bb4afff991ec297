#pragma once

#include <cstdint>

namespace big {

/// What SDXL is told of a picture beside its text (arXiv 2307.01952, section 2.2), in pixels.
struct SizeConditions {
  int64_t original_height = 0, original_width = 0;  ///< before it was resized
  int64_t crop_top = 0, crop_left = 0;              ///< left upper corner of what is shown, after resizing
  int64_t target_height = 0, target_width = 0;      ///< of what is shown
};

}  // namespace big
