#pragma once

#include <vector>

#include "big/pipeline/vae.h"
#include "start_picture.h"

namespace big {

/// What an inpainting UNet sees beside the latents.
struct HiddenPicture {
  torch::Tensor mask;          ///< [1,1,h,w]: 1 drawn anew, 0 kept
  LatentDistribution latents;  ///< [1,C,h,w], unscaled: the picture with grey in place of what is drawn anew
};

/// What a pass begins from, beside each picture's own noise.
struct Beginning {
  LatentDistribution picture;  ///< [1 or B,C,h,w], unscaled; undefined: noise alone; without std: the mean
  HiddenPicture hidden;        ///< undefined without a mask, its latents where the UNet does not look at them
  /// Begins from noise alone, the picture being there for what the mask keeps (strength 1).
  bool from_noise = false;
};

/// Nothing but noise; an inpainting UNet sees a picture of grey that is masked all over.
Beginning begin_from_noise(StableDiffusion& model, const PictureSize& size, VaeTiling tiling);

/// A picture of a file, with what its mask keeps. Throws InputError where the mask marks no latent cell.
Beginning begin_from_start(StableDiffusion& model, const StartPicture& start, const GenerateOptions& options);

/// Pictures of a first pass made larger: latents [B,C,h,w] as the UNet knows them -> what a second pass
/// begins from.
Beginning begin_larger(StableDiffusion& model,
                       const torch::Tensor& latents,
                       const PictureSize& size,
                       const GenerateOptions& options);

/// Some pictures' part of it.
Beginning beginning_of(const Beginning& all, const std::vector<int64_t>& rows);

/// True for a UNet that looks at a masked picture too (2C + 1 input channels).
bool is_inpainting(const StableDiffusion& model);

}  // namespace big
