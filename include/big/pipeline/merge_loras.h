#pragma once

#include <filesystem>
#include <vector>

#include "big/pipeline/lora.h"

namespace big {

/// Writes a complete diffusers folder into `folder` (made if it is not there; usually a StagedFolder's path): the
/// networks of `base` (a diffusers folder) with the LoRAs put into their weights, in the dtype their base is stored in;
/// everything else as save_model does. A network that no LoRA changes stays a hard link. Throws InputError,
/// MachineError.
void save_merged(const std::filesystem::path& base,
                 const std::vector<LoraChoice>& loras,
                 const std::filesystem::path& folder);

}  // namespace big
