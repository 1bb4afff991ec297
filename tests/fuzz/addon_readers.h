#pragma once

#include "reader.h"

namespace big::fuzz {

/// What is put on top of a model: LoRAs, what PEFT says beside them, textual-inversion embeddings.
std::vector<Reader> addon_readers();

/// Reads a LoRA of an SD 1 model from a file or a folder, with its foreign keys passed over, then with every key
/// counting; holds it to its promises.
void read_lora_at(const std::filesystem::path& path);

}  // namespace big::fuzz
