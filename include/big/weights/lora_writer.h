#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "big/weights/lora.h"

namespace big {

/// Who shall read it.
enum class LoraFormat {
  kKohya,  ///< one file: web UIs, ComfyUI, kohya's tools; SDXL's UNet by its original names, as kohya does
  kDiffusers,  ///< one file for load_lora_weights; alpha and `mid` multiplied in, as it has neither
  kPeft,       ///< a folder with one adapter folder a part (the part's own where there is one part)
};

/// What a LoRA says about itself, for kohya's keys (ss_*) and Stability's ModelSpec 1.0.1 (modelspec.*).
struct LoraDescription {
  std::string title = {};
  std::string base_model = "sd_v1";  ///< kohya's ss_base_model_version: sd_v1, sd_v2, sdxl_base_v1-0
  std::string base_name = {}, base_hash = {};  ///< hash: sha256 of the base's weights; empty where unknown
  std::string trigger_phrase = {};             ///< "sks dog"; empty: none
  int64_t resolution = 512;                    ///< pixels
  std::map<std::string, std::string> more =
      {};  ///< further keys (ss_learning_rate ...), which win over these
};

/// The header's keys for `lora`: kohya's six that readers count on (base model, module, rank, alpha ...), the
/// description, and ModelSpec's. Rank and alpha are those of most layers.
std::map<std::string, std::string> lora_metadata(const Lora& lora, const LoraDescription& description);

/// Writes `lora` whole or not at all, over what was there. `targets` are the networks it was made
/// for; they decide the names (one text encoder or two, SDXL's numbering). kohya's files get their own hashes
/// (sshs_model_hash, sshs_legacy_hash) beside `metadata`. Throws MachineError where writing fails,
/// std::invalid_argument for what the format cannot say (magnitudes of inputs in diffusers and PEFT).
void write_lora(const std::filesystem::path& path,
                const Lora& lora,
                LoraFormat format,
                const LoraTargets& targets,
                const std::map<std::string, std::string>& metadata);

/// Reads what write_lora has written and compares it with `lora`, layer by layer: every tensor to the bit, in
/// diffusers' form what `down`, `mid` and alpha come to within 1e-5. Throws MachineError naming the first layer
/// that differs or is missing.
void verify_lora(const std::filesystem::path& path,
                 const Lora& lora,
                 LoraFormat format,
                 const LoraTargets& targets);

}  // namespace big
