#pragma once

#include "big/imaging/image.h"

namespace big {

/// What a picture's colours are multiplied with; 1 changes nothing.
struct ColorChange {
  double brightness = 1;  ///< away from black
  double contrast = 1;    ///< away from the mean grey
  double saturation = 1;  ///< away from the pixel's own grey
};

/// The picture with other colours: brightness, then contrast, then saturation, each as torchvision's adjust_brightness,
/// adjust_contrast and adjust_saturation have it; rounded once, at the end.
Image change_colors(const Image& image, const ColorChange& change);

}  // namespace big
