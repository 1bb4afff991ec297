#pragma once

#include <string>

#include "big/imaging/image.h"

namespace big {

/// The picture in DEC's sixel graphics (VT330/VT340 Programmer Reference Manual, chapter 14), in 252 fixed
/// colours, dithered by Floyd and Steinberg.
std::string sixel_picture(const Image& image);

}  // namespace big
