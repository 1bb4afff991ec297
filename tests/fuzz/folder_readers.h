#pragma once

#include "reader.h"

namespace big::fuzz {

/// Entry points of the readers of folders: a model's, a LoRA's.
std::vector<Reader> folder_readers();

}  // namespace big::fuzz
