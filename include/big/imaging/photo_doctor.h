#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "big/imaging/image.h"

namespace big {

/// What may be wrong with photos that a subject shall be learned from.
enum class PhotoFault {
  kExactDuplicate,
  kNearDuplicate,
  kBlurred,
  kTooDark,
  kTooSmall,
  kWideCrop,
  kSameBackground,
};
/// "exact_duplicate", "near_duplicate", "blurred", "too_dark", "too_small", "wide_crop", "same_background".
std::string to_string(PhotoFault fault);

/// A photo as it was found and as it is learned from.
struct ExaminedPhoto {
  std::filesystem::path path;
  int width = 0, height = 0;       ///< as the camera wrote it, upright
  const Image* picture = nullptr;  ///< with its short side at the resolution; not owned
};

/// One fault of one photo, or of several together.
struct PhotoFinding {
  PhotoFault fault;
  std::vector<std::filesystem::path> photos;
  std::string reason;  ///< what was found, with numbers: "is blurred: ..."
  std::string advice;  ///< what a person can do
};
/// "a.jpg, b.jpg: reason; advice".
std::string text_of(const PhotoFinding& finding);

/// Looks for every fault. `resolution` is the side of the squares that are learned, in pixels. It sees the reduced
/// pictures alone: some 20 ms a photo at 512. Never throws for what a photo shows.
std::vector<PhotoFinding> examine_photos(std::span<const ExaminedPhoto> photos, int resolution);

}  // namespace big
