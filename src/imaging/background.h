#pragma once

#include <array>

#include "big/imaging/image.h"

namespace big {

/// How often each colour occurs around the middle of a picture, where the subject seldom is; sums to 1.
using BackgroundColours = std::array<float, 6 * 12 * 12>;
BackgroundColours background_colours(const Image& square);

/// 1: the same colours equally often, 0: none in common (the Bhattacharyya coefficient).
double likeness(const BackgroundColours& a, const BackgroundColours& b);

}  // namespace big
