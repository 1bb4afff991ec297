#include "cli/wait_policy.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace big {

void sleep_while_waiting(char** argv) {
  constexpr const char* kSpinCount = "GOMP_SPINCOUNT";
  if (std::getenv(kSpinCount) != nullptr || std::getenv("OMP_WAIT_POLICY") != nullptr) return;
  // The real path, so that process lists show the tool and not "exe".
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (!failed && setenv(kSpinCount, "2000", 1) == 0) execv(program.c_str(), argv);
}

}  // namespace big
