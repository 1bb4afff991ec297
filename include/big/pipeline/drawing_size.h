#pragma once

#include "big/networks/autoencoder_kl.h"
#include "big/networks/unet_2d_condition.h"
#include "big/pipeline/text_to_image.h"

namespace big {

struct PictureSize {
  int64_t height = 0, width = 0;  ///< pixels
  bool operator==(const PictureSize&) const = default;
};

/// What a wish is drawn in at first. A side that it leaves open is that of the picture to begin from, rounded
/// down to the VAE's factor (with one side given, by its aspect ratio); else, and where only a masked part is
/// drawn, the model's native one. Throws UsageError for sides that are no multiple of the factor (naming the
/// nearest two), InputError where the picture to begin from cannot be read.
PictureSize drawing_size(const GenerateOptions& options,
                         const UNet2DConditionConfig& unet,
                         const AutoencoderKLConfig& vae);

/// The size of the second pass after a first one of this size, rounded down to the factor; `first` without
/// one.
PictureSize hires_size(const HiresOptions& hires, const PictureSize& first, const AutoencoderKLConfig& vae);

}  // namespace big
