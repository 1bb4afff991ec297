#pragma once

#include <filesystem>

namespace big {

/// Deletes a file or a folder with all that is in it; one that is not there is fine. Throws MachineError where something
/// of it stays: for what a person must be able to rely on being gone.
void delete_strictly(const std::filesystem::path& path);

}  // namespace big
