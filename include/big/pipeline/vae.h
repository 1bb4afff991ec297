#pragma once

#include "big/pipeline/stable_diffusion.h"

namespace big {

/// Pixels [B,3,H,W] in [-1,1] -> their latents, unscaled. Some VAEs (SDXL's) overflow in half precision: then
/// it is done again in fp32, with a warning.
LatentDistribution encode_pixels(StableDiffusion& model, const torch::Tensor& pixels);

/// Latents [B,C,h,w] as the UNet knows them (scaled) -> pixels [B,3,H,W]. Overflows as above.
torch::Tensor decode_latents(StableDiffusion& model, const torch::Tensor& latents);

}  // namespace big
