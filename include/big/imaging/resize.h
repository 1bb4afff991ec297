#pragma once

#include "big/imaging/image.h"

namespace big {

enum class ResizeFilter {
  kBilinear,  ///< as torchvision's Resize
  kLanczos,   ///< sharper, of radius 3, as diffusers' VaeImageProcessor
};
/// Antialiased resize with Pillow's own numbers.
Image resize(const Image& image, int width, int height, ResizeFilter filter = ResizeFilter::kBilinear);
/// Short side to `side`, keeping the aspect ratio (torchvision's rounding: int(side * long / short)).
Image resize_short_side(const Image& image, int side);
/// Scaled (Lanczos) until it covers `width` x `height`, then the middle of it: nothing is stretched.
Image resize_to_cover(const Image& image, int width, int height);
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
