#pragma once

#include <filesystem>
#include <string>

#include "big/pipeline/folder_adapters.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/weights/lora_writer.h"

namespace big {

struct Run;

/// Where a subject's folder keeps its LoRA (diffusers' own name: load_lora_weights finds it) and the vectors of
/// its word.
std::filesystem::path taught_lora_file(const std::filesystem::path& folder);
std::filesystem::path taught_word_file(const std::filesystem::path& folder, const std::string& word);

/// Writes what the run's method made beside the weights of `model` into `folder`, and adapters.json. Everything
/// is read back and compared. Throws MachineError.
void write_taught_adapters(const Run& run,
                           const StableDiffusion& model,
                           const std::filesystem::path& folder);

/// The taught LoRA in one form, with kohya's and ModelSpec's metadata.
void write_taught_lora(const Run& run,
                       const StableDiffusion& model,
                       LoraFormat format,
                       const std::filesystem::path& path);

}  // namespace big
