#include "encode_picture.h"

#include "big/pipeline/image_tensor.h"
#include "big/pipeline/vae.h"

namespace big {

LatentDistribution encode_picture(StableDiffusion& model, const Image& picture) {
  torch::NoGradGuard no_grad;
  const auto latents = encode_pixels(model, to_tensor(picture));  // [1,C,h,w]
  return {latents.mean[0], latents.std[0]};
}

}  // namespace big
