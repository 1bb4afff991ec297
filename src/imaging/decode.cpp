#include "decode.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "orientation.h"

namespace big {

namespace {

constexpr uint64_t kSmallPicture = uint64_t{16} << 20;

using namespace std::string_view_literals;

bool has_at(std::string_view bytes, size_t at, std::string_view mark) {
  return bytes.size() >= at + mark.size() && bytes.substr(at, mark.size()) == mark;
}

// Kinds of pictures people have that we do not read, so that the message can say what to do.
std::string_view foreign_kind(std::string_view bytes) {
  if (has_at(bytes, 0, "GIF8")) return "GIF";
  if (has_at(bytes, 0, "II*\0"sv) || has_at(bytes, 0, "MM\0*"sv)) return "TIFF or raw";
  if (has_at(bytes, 4, "ftypavif")) return "AVIF";
  if (has_at(bytes, 4, "ftyphei") || has_at(bytes, 4, "ftyphev") || has_at(bytes, 4, "ftypmif1"))
    return "HEIC";
  if (has_at(bytes, 0, "\xFF\x0A") || has_at(bytes, 4, "JXL ")) return "JPEG XL";
  if (has_at(bytes, 0, "<svg")) return "SVG";
  return {};
}

}  // namespace

StoredPicture decode_stored(std::string_view bytes) {
  if (has_at(bytes, 0, "\xFF\xD8\xFF")) return decode_jpeg(bytes);
  if (has_at(bytes, 0, "\x89PNG\r\n\x1A\n")) return decode_png(bytes);
  if (has_at(bytes, 0, "RIFF") && has_at(bytes, 8, "WEBP")) return decode_webp(bytes);
  if (has_at(bytes, 0, "BM")) return decode_bmp(bytes);
  if (bytes.empty()) throw InputError("is empty");
  if (const std::string_view kind = foreign_kind(bytes); !kind.empty()) {
    throw InputError(concat("is a ", kind, " picture, which is not read; save it as JPEG or PNG"));
  }
  throw InputError("is no picture (JPEG, PNG, WebP and BMP are read)");
}

Image decode_picture(std::string_view bytes) {
  StoredPicture stored = decode_stored(bytes);
  return upright(std::move(stored.image), stored.orientation);
}

Image decode_alpha(std::string_view bytes) {
  StoredPicture stored = decode_stored(bytes);
  return stored.alpha.pixels.empty() ? Image() : upright(std::move(stored.alpha), stored.orientation);
}

void check_size(int64_t width, int64_t height) {
  if (width <= 0 || height <= 0) throw InputError("is broken: it has no pixels");
  if (width > kMostPixels / height) {
    throw InputError(concat("is too large: ", width, " x ", height, " pixels, at most ",
                            kMostPixels / 1'000'000, " megapixels are read; make it smaller first"));
  }
}

void check_compression(uint64_t stored_bytes, uint64_t file_bytes, uint64_t ratio) {
  if (stored_bytes > kSmallPicture && stored_bytes / ratio > file_bytes) {
    throw InputError(concat("is broken or cut short: ", file_bytes, " bytes cannot hold ", stored_bytes,
                            " bytes of pixels"));
  }
}

Image over_white(const uint8_t* rgba, int width, int height) {
  Image image(width, height);
  const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
  for (size_t i = 0; i < count; ++i) {
    const int alpha = rgba[4 * i + 3];
    for (size_t c = 0; c < 3; ++c) {
      const int colour = rgba[4 * i + c];
      image.pixels[3 * i + c] = static_cast<uint8_t>((colour * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return image;
}

Image alpha_of(const uint8_t* rgba, int width, int height) {
  Image alpha(width, height);
  bool solid = true;
  const size_t count = static_cast<size_t>(width) * static_cast<size_t>(height);
  for (size_t i = 0; i < count; ++i) {
    for (size_t c = 0; c < 3; ++c) alpha.pixels[3 * i + c] = rgba[4 * i + 3];
    solid = solid && rgba[4 * i + 3] == 255;
  }
  return solid ? Image() : alpha;
}

}  // namespace big
