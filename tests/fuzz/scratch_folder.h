#pragma once

#include <filesystem>
#include <string>

namespace big::fuzz {

/// A folder for readers that want files, in memory where the machine has such a place; deleted at the end.
class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  /// A file with these bytes, and no other thing of that name before. Returns its path.
  std::filesystem::path write(const std::string& name, const std::string& bytes) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace big::fuzz
