#pragma once

#include <string>
#include <vector>

#include "lora_source.h"

namespace big {

struct LoraTarget;

/// Why a LoRA may not fit these networks ("an SDXL LoRA, the model is SD 1?"), or "" where nothing tells.
std::string guess_lora_mismatch(const LoraSource& source, const std::vector<LoraTarget>& targets);

}  // namespace big
