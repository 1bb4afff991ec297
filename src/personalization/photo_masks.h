#pragma once

#include <filesystem>

#include "big/imaging/image.h"

namespace big {

/// "dog.jpg" -> the file "dog.mask.png" beside it (or .jpg, .webp, .bmp), or empty where there is none.
std::filesystem::path mask_file_of(const std::filesystem::path& photo);

/// Where the subject is in a photo, grey, white is the subject: from the file beside it, else the photo's own
/// transparency, resized to `width` x `height`. Empty where it has neither. Throws InputError for a mask that
/// cannot be read, or whose shape is another than the photo's.
Image mask_of(const std::filesystem::path& photo, int width, int height);

}  // namespace big
