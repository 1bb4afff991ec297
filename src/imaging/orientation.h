#pragma once

#include <string>
#include <string_view>

#include "big/imaging/image.h"

namespace big {

/// A block of EXIF data as libexif reads it: with its "Exif" head.
std::string with_exif_head(std::string_view exif);

/// The orientation (1 to 8) in a block of EXIF data, with or without its "Exif" head; 1 where there is none.
int exif_orientation(std::string_view exif);

/// The picture as it is to be looked at.
Image upright(Image image, int orientation);

}  // namespace big
