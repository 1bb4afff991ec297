#pragma once

#include <string>

#include "big/imaging/image.h"

namespace big {

/// A picture to learn from, the size that it had before anybody resized it (SDXL is told of it), its file's name
/// for messages and where the subject is in it.
struct SourcePicture {
  SourcePicture() = default;
  /// A picture as it is.
  SourcePicture(Image picture)  // NOLINT(google-explicit-constructor): a picture alone is one
      : image(std::move(picture)), original_width(image.width), original_height(image.height) {}
  SourcePicture(Image picture, int width, int height)
      : image(std::move(picture)), original_width(width), original_height(height) {}

  Image image;
  int original_width = 0, original_height = 0;
  std::string name;
  Image mask;  ///< as large as the picture, grey: white is the subject; empty: all of it
};

}  // namespace big
