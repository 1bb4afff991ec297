#include "big/pipeline/vae.h"

#include <torch/types.h>

#include <functional>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/memory.h"
#include "big/core/text.h"
#include "tiled_vae.h"

namespace big {
namespace {

constexpr int64_t kMostPixelsAtOnce = 1536 * 1536;

/// Runs one pass of the VAE in the model's dtype, and once more in fp32 where half precision was not enough.
torch::Tensor in_enough_precision(StableDiffusion& model,
                                  const torch::Tensor& input,
                                  const std::function<torch::Tensor(const torch::Tensor&)>& pass) {
  auto result = pass(input.to(model.dtype));
  const bool half = model.dtype == torch::kFloat16 || model.dtype == torch::kBFloat16;
  if (half && !result.isfinite().all().item<bool>()) {
    log_warning("the VAE overflowed in half precision: running it again in fp32");
    model.vae->to(torch::kFloat32);
    result = pass(input.to(torch::kFloat32));
    model.vae->to(model.dtype);
  }
  return result;
}

bool works_in_tiles(const StableDiffusion& model, int64_t height, int64_t width, VaeTiling tiling) {
  const auto& config = model.vae->config;
  const int64_t tile = vae_tile(config);
  if (tiling == VaeTiling::kOff || tile == 0 || (height <= tile && width <= tile)) return false;
  if (tiling == VaeTiling::kOn || height * width > kMostPixelsAtOnce) return true;
  // What a GPU has left is its own matter.
  return model.device.is_cpu() &&
         decoder_bytes(config, height, width, torch::elementSize(model.dtype)) > available_memory_bytes();
}

}  // namespace

VaeTiling parse_vae_tiling(const std::string& name) {
  if (name == "off") return VaeTiling::kOff;
  if (name == "on") return VaeTiling::kOn;
  if (name == "auto") return VaeTiling::kAuto;
  throw UsageError("vae_tiling is \"" + name + "\", expected auto, on or off");
}

LatentDistribution encode_pixels(StableDiffusion& model, const torch::Tensor& pixels, VaeTiling tiling) {
  const bool tiled = works_in_tiles(model, pixels.size(2), pixels.size(3), tiling);
  if (tiled) log_debug(concat("encoding in tiles of ", vae_tile(model.vae->config), " pixels"));
  const auto moments = in_enough_precision(model, pixels.to(model.device), [&](const torch::Tensor& input) {
    return tiled ? encode_in_tiles(model.vae, input) : model.vae->encode_moments(input);
  });
  return LatentDistribution::from_moments(moments);
}

torch::Tensor decode_latents(StableDiffusion& model, const torch::Tensor& latents, VaeTiling tiling) {
  const auto factor = model.vae->config.scale();
  const bool tiled = works_in_tiles(model, latents.size(2) * factor, latents.size(3) * factor, tiling);
  if (tiled) log_debug(concat("decoding in tiles of ", vae_tile(model.vae->config), " pixels"));
  const auto unscaled = latents / model.vae->config.scaling_factor;
  return in_enough_precision(model, unscaled, [&](const torch::Tensor& input) {
    return tiled ? decode_in_tiles(model.vae, input) : model.vae->decode(input);
  });
}

}  // namespace big
