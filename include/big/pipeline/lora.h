#pragma once

#include <filesystem>
#include <string>
#include <vector>

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

/// The networks of the model that a LoRA may change, with their layers.
LoraTargets lora_targets(const StableDiffusion& model);

/// Applies the files, all or none, in their order: W + sum of weight * alpha / r * up * down, in at least
/// fp32; a DoRA scales what stands before it, as in peft. Model files are never written. Says in the log what
/// was applied. Throws InputError (see read_lora).
std::vector<AppliedLora> apply_loras(StableDiffusion& model,
                                     const std::vector<LoraChoice>& loras,
                                     const LoraOptions& options = {});

/// Takes out everything that stands beside the weights.
void detach_loras(StableDiffusion& model);

}  // namespace big
