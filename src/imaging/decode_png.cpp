#include "big/core/error.h"
#include "decode.h"
#include "orientation.h"
#include "png_reader.h"

namespace big {

StoredPicture decode_png(std::string_view bytes) {
  if (is_animated_png(bytes))
    throw InputError("is animated; save the frame you want as a picture of its own");
  PngReader reader(bytes);
  const std::vector<uint8_t> rgba = read_png_rgba(reader, bytes.size());
  StoredPicture out;
  out.image = over_white(rgba.data(), static_cast<int>(reader.width()), static_cast<int>(reader.height()));
  out.alpha = alpha_of(rgba.data(), out.image.width, out.image.height);
  out.orientation = exif_orientation(reader.exif());
  return out;
}

}  // namespace big
