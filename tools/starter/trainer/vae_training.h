#pragma once

#include <filesystem>

#include "averaged_training.h"
#include "big/core/progress.h"

namespace big {

enum class VaeParts { kWhole, kDecoder };

/// Trains the starter's autoencoder on its pictures.
struct VaeTraining {
  std::filesystem::path pictures;  ///< of tools/starter/render.py
  std::filesystem::path start;  ///< a diffusers folder: config.json, and weights to go on from if there are
  std::filesystem::path out;    ///< the averaged weights, fp32, with config.json
  VaeParts parts = VaeParts::kWhole;  ///< kDecoder: latents stay what they are, a UNet on them stays right
  int64_t batch = 8;
  uint64_t seed = 0;
  StageOptions stage;
};

/// Goes on at out/checkpoint.safetensors if that is there. Loss: L1 + 2 MSE + half the L1 of horizontal and
/// vertical differences (edges) + 1e-5 KL. Logs the PSNR on 96 held-out pictures at each checkpoint.
void train_vae(const VaeTraining& training, const ProgressFn& progress);

}  // namespace big
