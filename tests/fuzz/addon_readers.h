#pragma once

#include "reader.h"

namespace big::fuzz {

/// What is put on top of a model: LoRAs, what PEFT says beside them, textual-inversion embeddings.
std::vector<Reader> addon_readers();

}  // namespace big::fuzz
