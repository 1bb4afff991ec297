#pragma once

#include "big/imaging/image.h"

namespace big {

/// Antialiased bilinear resize, as torchvision's Resize on a PIL picture (PIL's own numbers within 1/255).
Image resize(const Image& image, int width, int height);
/// Short side to `side`, keeping the aspect ratio (torchvision's rounding: int(side * long / short)).
Image resize_short_side(const Image& image, int side);
/// The part with its left upper corner at x, y.
Image crop(const Image& image, int x, int y, int width, int height);
/// Left and right exchanged.
Image mirror(const Image& image);
/// Left upper corner of a part of a picture.
struct Corner {
  int x = 0, y = 0;
};
/// Where the middle begins, with torchvision's CenterCrop rounding.
Corner center_corner(const Image& image, int width, int height);
/// The middle.
Image center_crop(const Image& image, int width, int height);

}  // namespace big
