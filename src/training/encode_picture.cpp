#include "encode_picture.h"

#include "big/pipeline/image_tensor.h"

namespace big {

LatentDistribution encode_picture(StableDiffusion& model, const Image& picture) {
  torch::NoGradGuard no_grad;
  const auto dtype = model.vae->parameters().front().scalar_type();
  const auto latents = model.vae->encode(to_tensor(picture).to(model.device, dtype));  // [1,C,h,w]
  return {latents.mean[0], latents.std[0]};
}

}  // namespace big
