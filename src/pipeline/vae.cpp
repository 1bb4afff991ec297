#include "big/pipeline/vae.h"

#include <torch/types.h>

#include <functional>

#include "big/core/log.h"

namespace big {
namespace {

/// Runs one pass of the VAE in the model's dtype, and once more in fp32 where half precision was not enough.
torch::Tensor in_enough_precision(StableDiffusion& model,
                                  const torch::Tensor& input,
                                  const std::function<torch::Tensor(const torch::Tensor&)>& pass) {
  auto result = pass(input);
  const bool half = model.dtype == torch::kFloat16 || model.dtype == torch::kBFloat16;
  if (half && !result.isfinite().all().item<bool>()) {
    log_warning("the VAE overflowed in half precision: running it again in fp32");
    model.vae->to(torch::kFloat32);
    result = pass(input.to(torch::kFloat32));
    model.vae->to(model.dtype);
  }
  return result;
}

}  // namespace

LatentDistribution encode_pixels(StableDiffusion& model, const torch::Tensor& pixels) {
  const auto both = in_enough_precision(model, pixels.to(model.device, model.dtype), [&](const auto& input) {
    const auto latents = model.vae->encode(input);
    return torch::stack({latents.mean, latents.std});
  });
  return {both[0], both[1]};
}

torch::Tensor decode_latents(StableDiffusion& model, const torch::Tensor& latents) {
  return in_enough_precision(model, latents / model.vae->config.scaling_factor,
                             [&](const auto& unscaled) { return model.vae->decode(unscaled); });
}

}  // namespace big
