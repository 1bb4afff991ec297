#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "big/diffusion/noise_schedule.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/tokenizers/tokenizer.h"

namespace big {

/// A loaded model. T = text window, D = text width, h = H / vae scale, w = W / vae scale.
struct StableDiffusion {
  std::filesystem::path folder;
  std::shared_ptr<const Tokenizer> tokenizer;  ///< text -> ids [T]
  ClipTextModel text_encoder{nullptr};         ///< ids [B,T] -> embeddings [B,T,D]
  UNet2DCondition unet{nullptr};  ///< latents [B,4,h,w], t [B], embeddings -> prediction [B,4,h,w]
  AutoencoderKL vae{nullptr};     ///< pixels [B,3,H,W] in [-1,1] <-> latents [B,4,h,w]
  std::shared_ptr<const NoiseSchedule> schedule;
  torch::Device device = torch::kCPU;
  torch::ScalarType dtype = torch::kFloat32;
  /// Side of the pictures the model was made for, in pixels.
  int64_t native_size() const { return unet->config.sample_size * vae->config.scale(); }
};

struct LoadOptions {
  torch::Device device = torch::kCPU;
  torch::ScalarType dtype = torch::kFloat32;
};

/// Loads a diffusers folder (model_index.json). Networks are in eval mode without gradients. Throws
/// InputError naming the part and tensor at fault.
StableDiffusion load_model(const std::filesystem::path& folder, const LoadOptions& options = {});

/// Prompts -> embeddings [n,T,D]. No gradient unless the encoder's parameters ask for it.
torch::Tensor encode_prompts(StableDiffusion& model, const std::vector<std::string>& prompts);

}  // namespace big
