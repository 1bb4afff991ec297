#include "system_error.h"

#include <cerrno>
#include <system_error>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

std::string_view advice(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "; free some space there, or choose another folder";
    case EACCES:
    case EPERM:
      return "; check who may write there";
    case EROFS:
      return "; the file system is mounted read-only, choose another folder";
    case EXDEV:
    case EBUSY:
      return "; the folder is another file system's root, choose one inside it";
    default:
      return "";
  }
}

}  // namespace

void throw_system_error(std::string_view deed, const std::filesystem::path& path, int code) {
  throw MachineError(concat(printable(path.string()), ": cannot ", deed, ": ",
                            std::generic_category().message(code), advice(code)));
}

}  // namespace big
