#include "reader.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace big::fuzz {
namespace fs = std::filesystem;
namespace {

std::string bytes_of(const fs::path& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return bytes.str();
}

/// The files of a folder in the order of their names, or the file itself.
std::vector<fs::path> files_of(const fs::path& place) {
  if (!fs::is_directory(place)) return {place};
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(place)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

fs::path project_root() {
  const char* root = std::getenv("BIG_TEST_SOURCE_DIR");
  return root != nullptr ? fs::path(root) : fs::current_path();
}

std::vector<std::string> seeds_of(const Reader& reader) {
  std::vector<std::string> seeds = regressions_of(reader);
  for (const fs::path& place : reader.seeds) {
    const fs::path path = project_root() / place;
    if (!fs::exists(path))
      throw std::runtime_error(path.string() + ": is missing; run this from the project's root");
    for (const fs::path& file : files_of(path)) seeds.push_back(bytes_of(file));
  }
  return seeds;
}

std::vector<std::string> regressions_of(const Reader& reader) {
  const fs::path folder = project_root() / "tests/fuzz/regressions" / reader.name;
  std::vector<std::string> inputs;
  if (!fs::exists(folder)) return inputs;
  for (const fs::path& file : files_of(folder)) inputs.push_back(bytes_of(file));
  return inputs;
}

void require(bool holds, const char* promise) {
  if (!holds) throw std::logic_error(promise);
}

}  // namespace big::fuzz
