#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace big {

/// A prompt of a list, and where it stands.
struct ListedPrompt {
  int64_t line = 0;  ///< from 1
  std::string text;
};

/// Reads a text file with a prompt a line. Empty lines and those that begin with # are passed over. Throws
/// InputError for a file that holds none, or what is no UTF-8 (naming the line).
std::vector<ListedPrompt> read_prompt_list(const std::filesystem::path& file);

}  // namespace big
