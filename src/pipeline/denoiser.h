#pragma once

#include "big/diffusion/samplers.h"
#include "conditioning.h"

namespace big {

/// The UNet as a sampler sees it, for a batch of `pictures`: both halves of guidance in one batch (unwanted,
/// wanted), and for an inpainting UNet (2C + 1 input channels) beside the noise a mask over all of the
/// picture and the latents of nothing, drawn from `noise` when it is first asked. Refers to `model` and
/// `noise`.
ModelFn make_denoiser(StableDiffusion& model,
                      const Conditioning& conditioning,
                      int64_t pictures,
                      PictureNoise& noise);

}  // namespace big
