#pragma once

#include <string>
#include <string_view>

#include "big/imaging/png.h"

namespace big {

/// An EXIF block (TIFF, big-endian as piexif writes it, without the "Exif" head) that holds the texts which
/// EXIF has a place for: "parameters" as UserComment in UTF-16, the program's own as MakerNote. Empty where
/// there is none of them.
std::string make_exif(const PngText& text);

/// These texts of an EXIF block, with or without its head. A UserComment is read as the web UIs, exiftool and
/// others write it: UTF-16 of either order, ASCII or bare UTF-8. Broken blocks hold no text.
PngText read_exif_text(std::string_view exif);

}  // namespace big
