#pragma once

#include "big/imaging/image.h"
#include "big/pipeline/stable_diffusion.h"

namespace big {

/// A picture whose sides are multiples of the VAE's factor -> its latents, mean and std [C,h,w], unscaled,
/// without gradient.
LatentDistribution encode_picture(StableDiffusion& model, const Image& picture);

}  // namespace big
