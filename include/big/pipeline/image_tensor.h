#pragma once

#include <torch/types.h>

#include "big/imaging/image.h"

namespace big {

/// Image -> [1,3,H,W] fp32 in [-1,1].
torch::Tensor to_tensor(const Image& image);
/// [3,H,W] or [1,3,H,W] in [-1,1] -> Image, rounded as diffusers' numpy_to_pil ((x/2+0.5).clamp * 255, half
/// to even).
Image to_image(const torch::Tensor& pixels);

}  // namespace big
