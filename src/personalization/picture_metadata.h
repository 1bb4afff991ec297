#pragma once

#include <optional>
#include <string>
#include <vector>

#include "big/diffusion/samplers.h"
#include "big/imaging/png.h"
#include "big/personalization/draw.h"
#include "big/pipeline/drawing_size.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/textual_inversion.h"
#include "start_metadata.h"

namespace big {

/// What all pictures of a run have in common.
struct PictureContext {
  SamplerChoice sampler;
  std::string model_hash;  ///< sha256 of the UNet's weights that drew it
  std::vector<AppliedLora> loras = {};
  std::vector<AppliedEmbedding> embeddings = {};
  StartHashes start = {};
  std::optional<PictureSize> first_size =
      {};  ///< what the web UIs call its size, where it is not the picture's
};

/// Text of one picture: `parameters` as the web UIs write and parse it, and `big`, a JSON object of our own.
/// No time, path or host stands in it: equal commands give equal files.
PngText picture_text(const DrawOptions& options,
                     const DrawPlan& plan,
                     const PictureContext& context,
                     const Image& picture,
                     uint64_t seed);

}  // namespace big
