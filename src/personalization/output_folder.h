#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace big {

/// A prompt as a folder's name: ' ' -> '-', ',' removed, '/' and control characters -> '_', at most 200
/// bytes, cut at a character.
std::string prompt_folder_name(const std::string& prompt);

/// Makes `parent/<prompt_folder_name>-<unix_time>`, or with -2, -3, ... where that is taken (another run may
/// make one at the same moment). Throws MachineError where it cannot be made.
std::filesystem::path make_output_folder(const std::filesystem::path& parent,
                                         const std::string& prompt,
                                         int64_t unix_time);

}  // namespace big
