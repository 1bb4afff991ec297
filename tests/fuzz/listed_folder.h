#pragma once

#include <string>
#include <vector>

#include "scratch_folder.h"

namespace big::fuzz {

/// A folder whose listing is the fuzzed input: which of its files are there, and what each of them is.
class ListedFolder {
 public:
  /// `names`: the paths that a listing may name, relative to the folder.
  explicit ListedFolder(std::vector<std::string> names);

  /// Makes the folder anew after a listing of lines "PATH SEED": the seed (below tests/fuzz/seeds) whose bytes
  /// stand at that path; or in place of a seed one of "empty", "directory", "pipe", "socket", "kernel" (a file
  /// that cannot be mapped). Other lines count for nothing; without any there is no folder. Returns its path.
  std::filesystem::path fill(const std::string& listing) const;

 private:
  ScratchFolder scratch_;
  std::vector<std::string> names_;
};

}  // namespace big::fuzz
