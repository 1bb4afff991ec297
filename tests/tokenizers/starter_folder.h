#pragma once

#include <cstdlib>
#include <filesystem>

namespace big {

/// The tokenizer of the bundled model.
inline std::filesystem::path starter() {
  return std::filesystem::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models" / "starter" / "tokenizer";
}

}  // namespace big
