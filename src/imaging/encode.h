#pragma once

#include <string>

#include "big/imaging/image.h"

namespace big {

// Each encoder is given a block of EXIF without its "Exif" head, or nothing. Throws UsageError where the
// picture is too large for the format.
std::string encode_jpeg(const Image& image, int quality, const std::string& exif);
std::string encode_webp(const Image& image, int quality, const std::string& exif);

/// Throws UsageError where a side of the picture has more than `most` pixels.
void check_sides(const Image& image, int most, const std::string& format);

}  // namespace big
