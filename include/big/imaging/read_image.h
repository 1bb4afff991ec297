#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/imaging/image.h"

namespace big {

/// Reads a photo, told by content and not by name: JPEG, PNG, WebP, BMP. All 8 EXIF orientations are applied (once);
/// alpha is laid over white; grey, 16-bit, palette and CMYK become RGB. Throws InputError that says why not:
/// broken, cut short, animated, not a picture, or too large (over 100 megapixels).
Image read_image(const std::filesystem::path& path);

/// The transparency of a picture as grey, white where it is solid, upright; empty where it is solid all over.
/// Throws InputError as read_image.
Image read_alpha(const std::filesystem::path& path);

struct FoundPhoto {
  std::filesystem::path path;
  int width = 0, height = 0;  ///< upright
};
struct SkippedPhoto {
  std::filesystem::path path;
  std::string reason;
};
/// What a folder holds: usable photos in natural-name order, and every other file with the reason it is skipped
/// (hidden files such as .DS_Store, and what belongs to a photo: its mask, its caption). Sub-folders are skipped. A photo whose short side is under
/// `min_short_side` is skipped. Throws InputError where `folder` is missing or no folder.
struct PhotoScan {
  std::vector<FoundPhoto> photos;
  std::vector<SkippedPhoto> skipped;
};
PhotoScan scan_photos(const std::filesystem::path& folder, int min_short_side);

}  // namespace big
