#include "big/pipeline/save_model.h"

#include <string>
#include <vector>

#include "big/weights/state_dict.h"
#include "folder_parts.h"

namespace big {

namespace fs = std::filesystem;

namespace {

void save_part(const Module& module,
               const fs::path& from,
               const fs::path& to,
               const std::string& stem) {
  take_part(from, to, PartWeights::kReplace);
  save_weights(module, to / (stem + ".safetensors"), stored_dtype(from, stem));
}

}  // namespace

void save_model(const StableDiffusion& model,
                const fs::path& base_folder,
                const fs::path& folder,
                SavedParts parts) {
  const auto names = part_names(base_folder);
  take_index(base_folder, folder);

  for (const auto& name : names) {
    const fs::path from = base_folder / name, to = folder / name;
    if (name == "unet" && parts.unet) {
      save_part(*model.unet, from, to, "diffusion_pytorch_model");
    } else if (name == "text_encoder" && parts.text_encoders) {
      save_part(*model.text_encoder, from, to, "model");
    } else if (name == "text_encoder_2" && parts.text_encoders) {
      save_part(*model.text_encoder_2, from, to, "model");
    } else {
      take_part(from, to, PartWeights::kKeep);
    }
  }
}

}  // namespace big
