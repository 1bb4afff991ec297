#pragma once

#include "big/pipeline/text_to_image.h"

namespace big {

/// One side of guidance: what the UNet is told of a wish, one row.
struct Condition {
  TextEmbeddings text;     ///< [1,...]
  torch::Tensor time_ids;  ///< [1,N]; undefined where the model takes none
};

/// What the UNet is told of a wish, the same at every step and for every picture.
struct Conditioning {
  Condition wanted,
      unwanted;  ///< the prompt's, and the negative prompt's (its text undefined without guidance)
  double guidance_scale = 1, guidance_rescale = 0;
  /// Classifier-free guidance (arXiv 2207.12598) takes two passes of the UNet at each step.
  bool guided() const { return unwanted.text.context.defined(); }
};

/// Encodes a wish for pictures of `height` x `width` pixels. Warns of words beyond the text window.
Conditioning make_conditioning(StableDiffusion& model,
                               const GenerateOptions& options,
                               int64_t height,
                               int64_t width);

}  // namespace big
