#include "orientation.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>

namespace big {

namespace {

constexpr int kTransposed = 5;  ///< from here on width and height change places

struct Position {
  int x, y;
};

// Where the upright pixel x, y lies in the stored picture of width w and height h (EXIF 2.32, tag 0x0112).
Position stored_position(int orientation, int x, int y, int w, int h) {
  switch (orientation) {
    case 2:
      return {w - 1 - x, y};
    case 3:
      return {w - 1 - x, h - 1 - y};
    case 4:
      return {x, h - 1 - y};
    case 5:
      return {y, x};
    case 6:
      return {y, h - 1 - x};
    case 7:
      return {w - 1 - y, h - 1 - x};
    case 8:
      return {w - 1 - y, x};
    default:
      return {x, y};
  }
}

}  // namespace

std::string with_exif_head(std::string_view exif) {
  constexpr std::string_view kHead{"Exif\0\0", 6};
  std::string block(exif);
  if (!exif.starts_with(kHead)) block.insert(0, kHead);
  return block;
}

int exif_orientation(std::string_view exif) {
  if (exif.empty() || exif.size() > std::numeric_limits<unsigned>::max() / 2) return 1;
  const std::string block = with_exif_head(exif);
  const std::unique_ptr<ExifData, decltype(&exif_data_unref)> data(
      exif_data_new_from_data(reinterpret_cast<const unsigned char*>(block.data()),
                              static_cast<unsigned>(block.size())),
      &exif_data_unref);
  if (!data) return 1;
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (!entry || entry->format != EXIF_FORMAT_SHORT || entry->size < 2) return 1;
  const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

Image upright(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool turned = orientation >= kTransposed;
  Image out(turned ? image.height : image.width, turned ? image.width : image.height);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      const Position from = stored_position(orientation, x, y, image.width, image.height);
      std::copy_n(image.at(from.x, from.y), 3, out.at(x, y));
    }
  }
  return out;
}

}  // namespace big
