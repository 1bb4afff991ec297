#include "big/core/read_file.h"

#include <fstream>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

std::string read_file(const std::filesystem::path& path, uint64_t max_bytes) {
  const std::string where = printable(path.string());
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    throw InputError(where + ": there is no such file");
  if (error) throw InputError(concat(where, ": cannot be read: ", error.message()));
  if (status.type() != std::filesystem::file_type::regular) {
    throw InputError(where + ": is no regular file; expected one that can be read from start to end");
  }
  const uint64_t size = std::filesystem::file_size(path, error);
  if (error) throw InputError(concat(where, ": cannot be read: ", error.message()));
  if (size > max_bytes) {
    throw InputError(
        concat(where, ": has ", format_bytes(size), ", expected at most ", format_bytes(max_bytes)));
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!in)
    throw InputError(where + ": cannot be read; check its permissions and that nothing is writing to it");
  return bytes;
}

}  // namespace big
