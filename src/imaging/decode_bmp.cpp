#define STBI_ONLY_BMP
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
// The library defines more than a BMP needs.
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>

#include <limits>
#include <memory>

#include "big/core/error.h"
#include "big/core/text.h"
#include "decode.h"

namespace big {

namespace {

uint64_t little_endian(std::string_view bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count && at + i < bytes.size(); ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
  }
  return value;
}

// stb_image fills what is missing with zeros; a picture with a black half must not pass for a photo.
void check_whole(std::string_view bytes, uint64_t width, uint64_t height) {
  const bool old_header = little_endian(bytes, 14, 4) == 12;
  const uint64_t bits = little_endian(bytes, old_header ? 24 : 28, 2);
  const uint64_t rows = (width * bits + 31) / 32 * 4 * height;
  if (bits == 0 || little_endian(bytes, 10, 4) + rows > bytes.size()) {
    throw InputError("is cut short (BMP: the file ends before the picture does)");
  }
}

}  // namespace

StoredPicture decode_bmp(std::string_view bytes) {
  if (bytes.size() > std::numeric_limits<int>::max()) throw InputError("is too large for a BMP");
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int size = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(data, size, &width, &height, &channels)) {
    throw InputError("is no picture, or a broken or compressed BMP");
  }
  check_size(width, height);
  check_whole(bytes, static_cast<uint64_t>(width), static_cast<uint64_t>(height));
  const std::unique_ptr<stbi_uc, decltype(&stbi_image_free)> rgba(
      stbi_load_from_memory(data, size, &width, &height, &channels, 4), &stbi_image_free);
  if (!rgba) throw InputError(concat("is broken (BMP: ", stbi_failure_reason(), ")"));
  return {over_white(rgba.get(), width, height), 1};
}

}  // namespace big
