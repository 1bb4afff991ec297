#pragma once

#include <filesystem>

#include "big/core/json.h"

namespace big {

/// A file's hashes as web UIs and model sites show them: "sha256"; "autov2", its first 10 digits (the web
/// UIs' model hash); "autov1", the old one, 8 digits of 64 KiB in the middle; for .safetensors "autov3", 12
/// digits of what follows the header, which editing the metadata leaves as it is. Throws InputError.
OrderedJson hashes_json(const std::filesystem::path& file);

}  // namespace big
