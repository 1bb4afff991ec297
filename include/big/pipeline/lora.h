#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "big/networks/adapted_layer.h"
#include "big/pipeline/lora_tags.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/weights/lora.h"

namespace big {

/// A LoRA file to draw with.
struct LoraChoice {
  std::filesystem::path file;  ///< .safetensors, or a folder of PEFT or diffusers
  LoraWish wish;               ///< its name for people, and its weights
};

/// Where a LoRA goes. Both give the same pictures.
enum class AdapterPlacement {
  kMerged,  ///< into the weights (this process's copy): costs nothing a step, cannot be taken out
  kBeside,  ///< next to the weights, which stay as they are: a little slower, detach_loras takes it out
};

struct LoraOptions {
  UnmatchedKeys unmatched = UnmatchedKeys::kRefuse;
  AdapterPlacement placement = AdapterPlacement::kMerged;
};

/// What was done with one file.
struct AppliedLora {
  LoraWish wish;
  std::string hash = {};  ///< sha256 as the web UIs count it
  int64_t layers = 0;     ///< that it changes
  size_t unmatched = 0;   ///< keys passed over
};

/// The layers of the model that a LoRA may change: part ("unet", "text_encoder", "text_encoder_2") -> path ->
/// layer. They live as long as the model's networks.
using AdaptedParts = std::map<std::string, std::map<std::string, AdaptedLayer*>>;
AdaptedParts adapted_parts(const StableDiffusion& model);

/// The same for the readers and writers of LoRA files.
LoraTargets lora_targets(const StableDiffusion& model);

/// Applies the files, all or none, in their order: W + sum of weight * alpha / r * up * down, in at least
/// fp32; a DoRA scales what stands before it, as in peft. Model files are never written. Says in the log what
/// was applied. Throws InputError (see read_lora).
std::vector<AppliedLora> apply_loras(StableDiffusion& model,
                                     const std::vector<LoraChoice>& loras,
                                     const LoraOptions& options = {});

/// Takes out everything that stands beside the weights.
void detach_loras(StableDiffusion& model);

/// What stands beside the weights, as write_lora takes it (at most one adapter a layer, as trained). Its
/// tensors are the adapters' own.
Lora attached_lora(const StableDiffusion& model);

}  // namespace big
