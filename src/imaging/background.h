#pragma once

#include <vector>

#include "big/imaging/image.h"

namespace big {

/// How often each colour occurs in the upper and in the lower half of a ring around the middle, where the subject
/// seldom is; as square roots, so that their products are the Bhattacharyya coefficient.
using BackgroundColours = std::vector<float>;
BackgroundColours background_colours(const Image& square);

/// 1: the same colours equally often, 0: none in common.
double likeness(const BackgroundColours& a, const BackgroundColours& b);

}  // namespace big
