#pragma once

#include "big/diffusion/samplers.h"
#include "conditioning.h"

namespace big {

/// The UNet as a sampler sees it, for a batch of `pictures`: both sides of guidance in one batch (unwanted,
/// then each wanted text), and for an inpainting UNet (2C + 1 input channels) beside the noise a mask over
/// all of the picture and the latents of nothing, drawn from `noise` when it is first asked. `step` is the
/// step being drawn, from 0, which the caller counts. Refers to `model`, `noise` and `step`.
ModelFn make_denoiser(StableDiffusion& model,
                      const Conditioning& conditioning,
                      int64_t pictures,
                      PictureNoise& noise,
                      const int64_t& step);

}  // namespace big
