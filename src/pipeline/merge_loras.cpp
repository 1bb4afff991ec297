#include "big/pipeline/merge_loras.h"

#include "big/pipeline/save_model.h"

namespace big {

void save_merged(const std::filesystem::path& base,
                 const std::vector<LoraChoice>& loras,
                 const std::filesystem::path& folder) {
  // fp32, whatever is stored: rounding once, at the end.
  StableDiffusion model = load_model(base);
  SavedParts parts{.unet = false, .text_encoders = false};
  const auto targets = lora_targets(model);
  for (const auto& choice : loras) {
    for (const auto& module : read_lora(choice.file, targets, UnmatchedKeys::kRefuse).modules)
      (module.part == "unet" ? parts.unet : parts.text_encoders) = true;
  }
  apply_loras(model, loras);
  save_model(model, base, folder, parts);
}

}  // namespace big
