#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace big {

/// Lower-case hex SHA-256 of bytes, of a file's bytes from `offset` on, or of files one after the other.
/// Throws InputError for a file it cannot read, Interrupted between two MiB of a file.
std::string sha256_hex(std::string_view bytes);
std::string sha256_of_file_from(const std::filesystem::path& file, uint64_t offset);
std::string sha256_of_files(const std::vector<std::filesystem::path>& files);

}  // namespace big
