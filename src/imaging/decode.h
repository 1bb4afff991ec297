#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "big/imaging/image.h"

namespace big {

/// Larger pictures are refused before a byte of them is decoded.
constexpr int64_t kMostPixels = 100'000'000;

/// What a decoder finds: pixels as stored, and how to turn them upright.
struct StoredPicture {
  Image image;
  int orientation = 1;    ///< EXIF 1 to 8
  std::string exif = {};  ///< of JPEG and WebP: the block as stored
  Image alpha = {};       ///< its transparency as grey, where anything is not solid
};

// Each decoder throws InputError with the bare reason, without a path.
StoredPicture decode_jpeg(std::string_view bytes);
StoredPicture decode_png(std::string_view bytes);
StoredPicture decode_webp(std::string_view bytes);
StoredPicture decode_bmp(std::string_view bytes);

/// Any picture by its content, as stored.
StoredPicture decode_stored(std::string_view bytes);
/// More bytes than any picture takes that check_size lets through.
constexpr uint64_t kLargestPictureFile = 1 << 30;

/// Any picture by its content, upright. Throws InputError with the bare reason.
Image decode_picture(std::string_view bytes);

/// Its transparency alone (StoredPicture::alpha), upright.
Image decode_alpha(std::string_view bytes);

/// Throws InputError where a side is not positive or the picture has too many pixels.
void check_size(int64_t width, int64_t height);

/// Throws InputError where `stored_bytes` of raw pixels cannot come from a file of `file_bytes` at a
/// compression of at most `ratio`: a small broken file must not make us reserve gigabytes. 16 MiB of pixels
/// may come from any.
void check_compression(uint64_t stored_bytes, uint64_t file_bytes, uint64_t ratio);

/// RGBA rows laid over white.
Image over_white(const uint8_t* rgba, int width, int height);
/// The alpha of RGBA rows as grey; empty where all of it is solid.
Image alpha_of(const uint8_t* rgba, int width, int height);

}  // namespace big
