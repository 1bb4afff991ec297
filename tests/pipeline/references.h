#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace big::test {

/// The folder that tests/parity/make_references.py made for a model family; model/ in it is a tiny model.
inline std::filesystem::path references(const std::string& family) {
  return std::filesystem::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references" / family;
}

}  // namespace big::test
