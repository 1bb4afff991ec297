#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace big {

/// Lower-case hex SHA-256 of bytes, or of files one after the other. Throws InputError for a file it cannot
/// read.
std::string sha256_hex(std::string_view bytes);
std::string sha256_of_files(const std::vector<std::filesystem::path>& files);

}  // namespace big
