#include "photo_masks.h"

#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"
#include "big/imaging/resize.h"

namespace big {
namespace fs = std::filesystem;

fs::path mask_file_of(const fs::path& photo) {
  for (const char* ending : {".mask.png", ".mask.jpg", ".mask.webp", ".mask.bmp"}) {
    const fs::path file = photo.parent_path() / (photo.stem().string() + ending);
    if (fs::exists(file)) return file;
  }
  return {};
}

Image mask_of(const fs::path& photo, int width, int height) {
  const fs::path file = mask_file_of(photo);
  const Image mask = file.empty() ? read_alpha(photo) : read_image(file);
  if (mask.pixels.empty()) return {};
  // Of any size, but of the photo's shape: within a pixel of the smaller one's rounding.
  const double shape = static_cast<double>(mask.width) * height / (static_cast<double>(mask.height) * width);
  if (std::abs(shape - 1) > 0.02) {
    throw InputError(concat(file.string(), ": the mask is ", mask.width, "x", mask.height,
                            ", expected the shape of its photo, which is learned at ", width, "x", height));
  }
  return resize(mask, width, height);
}

}  // namespace big
