#pragma once

#include <torch/types.h>

#include "big/imaging/image.h"

namespace big {

/// A mask (grey; white counts) as large as its picture -> [1,h,w] in 0 ... 1 on the latents' cells, each the
/// mean of the pixels that it covers. `latents`: the latents' sizes [C,h,w].
torch::Tensor latent_mask(const Image& mask, at::IntArrayRef latents);

}  // namespace big
