#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "big/diffusion/noise_schedule.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "big/pipeline/model_source.h"
#include "big/pipeline/size_conditions.h"
#include "big/tokenizers/tokenizer.h"

namespace big {

/// A loaded model. T = text window, D = text width, h = H / vae scale, w = W / vae scale. SDXL has a second
/// tokenizer and text encoder, its refiner these alone.
struct StableDiffusion {
  std::filesystem::path folder;                                  ///< or the single file
  std::shared_ptr<const Tokenizer> tokenizer, tokenizer_2;       ///< text -> ids [T]
  ClipTextModel text_encoder{nullptr}, text_encoder_2{nullptr};  ///< ids [B,T] -> embeddings [B,T,D]
  UNet2DCondition unet{nullptr};  ///< latents [B,4,h,w], t [B], embeddings -> prediction [B,4,h,w]
  AutoencoderKL vae{nullptr};     ///< pixels [B,3,H,W] in [-1,1] <-> latents [B,4,h,w]
  std::shared_ptr<const NoiseSchedule> schedule;
  torch::Device device = torch::kCPU;
  torch::ScalarType dtype = torch::kFloat32;
  /// SDXL: no negative prompt means embeddings of zeros, not those of "" (model_index.json).
  bool force_zeros_for_empty_prompt = false;
  /// Side of the pictures the model was made for, in pixels.
  int64_t native_size() const { return unet->config.sample_size * vae->config.scale(); }
  /// Numbers beside the text that the UNet is told of a picture: 6 for SDXL (its sizes and crop), 5 for its
  /// refiner (original size, crop, aesthetic score), else 0.
  int64_t time_id_count() const;
};

struct LoadOptions {
  torch::Device device = torch::kCPU;
  torch::ScalarType dtype = torch::kFloat32;
  ModelSource source = {};
};

/// Loads a diffusers folder (model_index.json), or a single file (.safetensors, .ckpt) in place. Networks are
/// in eval mode without gradients. Throws InputError naming the part and tensor at fault.
StableDiffusion load_model(const std::filesystem::path& path, const LoadOptions& options = {});

/// Prompts as the UNet takes them. SDXL: both encoders' penultimate states side by side, the second's pooled
/// text.
struct TextEmbeddings {
  torch::Tensor context;  ///< [n,T,D]
  torch::Tensor pooled;   ///< [n,P]; undefined where there is no second encoder
};

/// No gradient unless the encoders' parameters ask for it. Equal to diffusers' encode_prompt.
TextEmbeddings encode_prompts(StableDiffusion& model, const std::vector<std::string>& prompts);

/// A picture's sizes as the UNet takes them, in diffusers' order -> [1,time_id_count()] fp32, undefined where
/// it takes none. The aesthetic score stands in place of the target size where the model takes 5 numbers.
torch::Tensor time_ids(const StableDiffusion& model, const SizeConditions& sizes, double aesthetic_score = 0);

}  // namespace big
