#include "big/pipeline/save_model.h"

#include <string>
#include <vector>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/same_bits.h"
#include "big/weights/state_dict.h"
#include "folder_parts.h"

namespace big {

namespace fs = std::filesystem;

namespace {

/// What lies in the file now must be what was to be written.
void verify_part(const Module& module, const fs::path& path, torch::ScalarType dtype) {
  const auto file = open_tensor_file(path);
  for (const auto& [name, tensor] : state_dict(module)) {
    const auto wanted = tensor.is_floating_point() ? tensor.detach().to(dtype) : tensor;
    if (file->has(name) && same_bits(file->tensor(name), wanted)) continue;
    throw MachineError(concat(path.string(), ": read back, '", name, "' is not what was written; ",
                              "nothing was published"));
  }
}

void save_part(const Module& module,
               const fs::path& from,
               const fs::path& to,
               const std::string& stem) {
  take_part(from, to, PartWeights::kReplace);
  const auto dtype = stored_dtype(from, stem);
  save_weights(module, to / (stem + ".safetensors"), dtype);
  verify_part(module, to / (stem + ".safetensors"), dtype);
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
