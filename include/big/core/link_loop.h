#pragma once

#include <filesystem>

namespace big {

/// Throws InputError where `path` is a symbolic link that leads back to itself. For whoever is about to say that
/// there is no such file: looked at without a word for errors, a loop is none.
void refuse_link_loop(const std::filesystem::path& path);

}  // namespace big
