#include "big/core/link_loop.h"

#include <system_error>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

void refuse_link_loop(const std::filesystem::path& path) {
  std::error_code error;
  static_cast<void>(std::filesystem::status(path, error));  // what it is does not matter here
  if (error == std::errc::too_many_symbolic_link_levels) {
    throw InputError(concat(printable(path.string()),
                            ": is a symbolic link that leads back to itself; make it lead to the file"));
  }
}

}  // namespace big
