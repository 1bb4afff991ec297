#pragma once

#include <filesystem>

#include "averaged_training.h"
#include "big/core/progress.h"

namespace big {

/// Trains the starter's UNet and text encoder together on prepared latents.
struct UnetTraining {
  std::filesystem::path latents;  ///< of tools/starter/prepare.py
  std::filesystem::path start;    ///< a starter's diffusers folder: configs, tokenizer, schedule, and weights
                                  ///< to go on from if there are
  std::filesystem::path out;      ///< unet/ and text_encoder/ with the averaged weights, fp32
  int64_t batch = 32;
  uint64_t seed = 0;
  StageOptions stage;
};

/// Goes on at out/checkpoint.safetensors if that is there. The step is Stable Diffusion's own (mean squared
/// error of the network's prediction), timesteps spread evenly over each batch.
void train_unet(const UnetTraining& training, const ProgressFn& progress);

}  // namespace big
