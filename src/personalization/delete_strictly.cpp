#include "delete_strictly.h"

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

void delete_strictly(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return;
  throw MachineError(concat(path.string(), ": cannot be deleted (", error.message(),
                            "); make it deletable and give the same command again, which goes on from here"));
}

}  // namespace big
