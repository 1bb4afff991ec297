#include "listed_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "reader.h"

namespace big::fuzz {
namespace fs = std::filesystem;
namespace {

/// Read once: a mutated name can reach no other file of the machine.
const std::map<std::string, std::string>& all_seeds() {
  static const std::map<std::string, std::string> kSeeds = [] {
    std::map<std::string, std::string> seeds;
    const fs::path root = project_root() / "tests/fuzz/seeds";
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (!entry.is_regular_file()) continue;
      std::ostringstream bytes;
      bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      seeds[fs::relative(entry.path(), root).string()] = bytes.str();
    }
    return seeds;
  }();
  return kSeeds;
}

/// Puts `what` at a free path; unknown words put nothing there.
void place(const fs::path& path, const std::string& what) {
  const auto seed = all_seeds().find(what);
  if (seed != all_seeds().end()) {
    std::ofstream(path, std::ios::binary) << seed->second;
  } else if (what == "empty") {
    const std::ofstream nothing(path);
  } else if (what == "directory") {
    fs::create_directory(path);
  } else if (what == "pipe") {
    ::mkfifo(path.c_str(), S_IRUSR | S_IWUSR);
  } else if (what == "socket") {
    ::mknod(path.c_str(), S_IFSOCK | S_IRUSR | S_IWUSR, 0);
  } else if (what == "kernel") {
    fs::create_symlink("/sys/kernel/mm/transparent_hugepage/enabled", path);
  }
}

}  // namespace

ListedFolder::ListedFolder(std::vector<std::string> names) : names_(std::move(names)) {}

fs::path ListedFolder::fill(const std::string& listing) const {
  const fs::path folder = scratch_.path() / "listed";
  // Removed whole: a mapping of a file before keeps its bytes.
  fs::remove_all(folder);
  std::istringstream lines(listing);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, what;
    words >> name >> what;
    if (std::find(names_.begin(), names_.end(), name) == names_.end() || fs::exists(folder / name)) continue;
    fs::create_directories((folder / name).parent_path());
    place(folder / name, what);
  }
  return folder;
}

}  // namespace big::fuzz
