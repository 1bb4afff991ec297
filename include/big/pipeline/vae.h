#pragma once

#include <string>

#include "big/pipeline/stable_diffusion.h"

namespace big {

/// Whether the VAE works on overlapping tiles of its config's sample_size, blended where they meet: a little
/// other than the whole picture at once, in far less memory (diffusers' AutoencoderKL.enable_tiling).
enum class VaeTiling {
  kOff,
  kOn,    ///< pictures larger than one tile
  kAuto,  ///< of these, those over 1536 x 1536 pixels, or that the machine's free memory would not hold
};
/// "off" | "on" | "auto". Throws UsageError for other words.
VaeTiling parse_vae_tiling(const std::string& name);

/// Pixels [B,3,H,W] in [-1,1] -> their latents, unscaled. Some VAEs (SDXL's) overflow in half precision: then
/// it is done again in fp32, with a warning.
LatentDistribution encode_pixels(StableDiffusion& model,
                                 const torch::Tensor& pixels,
                                 VaeTiling tiling = VaeTiling::kOff);

/// Latents [B,C,h,w] as the UNet knows them (scaled) -> pixels [B,3,H,W]. Overflows as above.
torch::Tensor decode_latents(StableDiffusion& model,
                             const torch::Tensor& latents,
                             VaeTiling tiling = VaeTiling::kOff);

}  // namespace big
