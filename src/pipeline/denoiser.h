#pragma once

#include "beginning.h"
#include "big/diffusion/samplers.h"
#include "conditioning.h"

namespace big {

/// The UNet as a sampler sees it, for a batch of `pictures`: both sides of guidance in one batch (unwanted,
/// then each wanted text), and for an inpainting UNet (2C + 1 input channels) the mask and the hidden picture beside the
/// noise. That picture's latents take numbers of `noise` when it is first asked, as diffusers' do, whether
/// the UNet looks at them or not. `step` is the step being drawn, from 0, which the caller counts. Refers to
/// `model`, `hidden`, `noise` and `step`.
ModelFn make_denoiser(StableDiffusion& model,
                      const Conditioning& conditioning,
                      int64_t pictures,
                      const HiddenPicture& hidden,
                      PictureNoise& noise,
                      const int64_t& step);

}  // namespace big
