#include "latent_mask.h"

#include <ATen/ops/adaptive_avg_pool2d.h>

#include "big/pipeline/image_tensor.h"

namespace big {

torch::Tensor latent_mask(const Image& mask, at::IntArrayRef latents) {
  const auto pixels = to_tensor(mask).mean(1);  // [1,H,W] in -1 ... 1
  return at::adaptive_avg_pool2d((pixels + 1) / 2, {latents[1], latents[2]});
}

}  // namespace big
