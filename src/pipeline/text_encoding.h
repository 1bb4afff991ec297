#pragma once

#include <vector>

#include "big/pipeline/stable_diffusion.h"

namespace big {

/// A text encoder of a model, and what makes its ids.
struct TextEncoder {
  std::shared_ptr<const Tokenizer> tokenizer;
  ClipTextModel network{nullptr};
};

/// Those that the model has, in the order in which their states lie side by side.
std::vector<TextEncoder> text_encoders(const StableDiffusion& model);

/// What a model reads of one encoder.
struct EncodedText {
  torch::Tensor states;  ///< [n,T,D]
  torch::Tensor pooled;  ///< [n,P]
};

/// ids [n,T] -> what `model` reads of them. `clip_skip` names the layer whose output it is, counted from the
/// last, 1; 0 means the model's own: the last, for SDXL the one before. SD 1 and 2 norm it, SDXL does not.
/// Throws UsageError for a layer that there is not.
EncodedText encode_ids(const StableDiffusion& model,
                       TextEncoder& encoder,
                       const torch::Tensor& ids,
                       int64_t clip_skip);

}  // namespace big
