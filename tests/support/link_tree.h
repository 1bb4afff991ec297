#pragma once

#include <filesystem>

namespace big {

/// The folders of `from` anew at `to`, each file in them a link: a test may put others in their places.
inline void link_tree(const std::filesystem::path& from, const std::filesystem::path& to) {
  namespace fs = std::filesystem;
  fs::create_directories(to);
  for (const auto& entry : fs::directory_iterator(fs::absolute(from))) {
    const auto place = to / entry.path().filename();
    if (entry.is_directory()) {
      link_tree(entry.path(), place);
    } else {
      fs::create_symlink(entry.path(), place);
    }
  }
}

}  // namespace big
