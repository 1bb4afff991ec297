#include "big/imaging/read_image.h"

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "decode.h"

namespace big {

namespace {

template <class Decode>
Image read_by(const std::filesystem::path& path, const Decode& decode) {
  const std::string bytes = read_file(path, kLargestPictureFile);
  try {
    return decode(bytes);
  } catch (const InputError& error) {
    throw InputError(path.string() + ": " + error.what());
  }
}

}  // namespace

Image read_image(const std::filesystem::path& path) { return read_by(path, decode_picture); }

Image read_alpha(const std::filesystem::path& path) { return read_by(path, decode_alpha); }

}  // namespace big
