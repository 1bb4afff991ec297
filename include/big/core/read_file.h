#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace big {

/// All bytes of a regular file. Throws InputError naming it when it is missing, unreadable, no regular file
/// (a pipe would hang) or larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, uint64_t max_bytes);

}  // namespace big
