#pragma once

#include <vector>

#include "big/imaging/image.h"

namespace big {

/// One channel of a picture in floats, 0 to 255, row by row.
struct Plane {
  int width = 0, height = 0;
  std::vector<float> values;

  Plane() = default;
  Plane(int w, int h) : width(w), height(h), values(static_cast<size_t>(w) * static_cast<size_t>(h)) {}
  float& at(int x, int y) { return values[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)]; }
  float at(int x, int y) const {
    return values[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)];
  }
};

/// Brightness as the eye weighs colours (Rec. 601, Pillow's convert("L") without its rounding).
Plane brightness(const Image& image);

/// Smoothed by a Gaussian of deviation `sigma` pixels; edges are continued outwards.
Plane gaussian(const Plane& plane, double sigma);

}  // namespace big
