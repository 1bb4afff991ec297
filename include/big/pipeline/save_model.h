#pragma once

#include <filesystem>

#include "big/pipeline/stable_diffusion.h"

namespace big {

/// The parts of a model that training changed.
struct SavedParts {
  bool unet = true;
  bool text_encoders = false;  ///< each that the model has
};

/// Writes a complete diffusers folder into `folder` (made if it is not there; usually a StagedFolder's path):
/// the changed parts from `model` in the dtype their base is stored in, everything else of `base_folder` as
/// hard links (copies where the file system does not link); small JSON files are copied, so that editing one
/// model's never changes another's. Weights that the base keeps as a variant (`*.fp16.safetensors`) get the
/// plain name: the folder opens in diffusers without naming a variant. What was written is read back and
/// compared to the bit. Throws InputError for a base that is no diffusers folder, MachineError when writing
/// fails.
void save_model(const StableDiffusion& model,
                const std::filesystem::path& base_folder,
                const std::filesystem::path& folder,
                SavedParts parts);

}  // namespace big
