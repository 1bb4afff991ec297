#include "big/imaging/read_image.h"

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "decode.h"

namespace big {

namespace {

constexpr uint64_t kLargestFile = 1 << 30;

}  // namespace

Image read_image(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, kLargestFile);
  try {
    return decode_picture(bytes);
  } catch (const InputError& error) {
    throw InputError(path.string() + ": " + error.what());
  }
}

}  // namespace big
