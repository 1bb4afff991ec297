#include "beginning.h"

#include <torch/types.h>

#include "big/core/error.h"
#include "big/pipeline/image_tensor.h"
#include "finite.h"

namespace big {
namespace {

/// A mask [1,1,H,W] in 0 ... 1, hard: what is drawn by half or more is drawn (diffusers' binarize).
torch::Tensor hard_mask(const Image& mask) {
  return to_tensor(mask).slice(1, 0, 1).ge(0).to(torch::kFloat32);
}

/// Each latent cell by its left upper pixel, as diffusers does (interpolate, nearest).
torch::Tensor latent_mask(const torch::Tensor& mask, int64_t factor) {
  return mask.slice(2, 0, {}, factor).slice(3, 0, {}, factor).contiguous();
}

LatentDistribution encode_all(StableDiffusion& model, const std::vector<Image>& pictures, VaeTiling tiling) {
  std::vector<torch::Tensor> means, deviations;
  for (const Image& picture : pictures) {
    const auto one = encode_pixels(model, to_tensor(picture), tiling);
    require_finite(one.mean, model, "the encoded picture");
    means.push_back(one.mean);
    deviations.push_back(one.std);
  }
  return {torch::cat(means), torch::cat(deviations)};
}

/// An inpainting UNet without a mask draws all of the picture anew.
HiddenPicture all_hidden(StableDiffusion& model, const PictureSize& size, VaeTiling tiling) {
  const auto factor = model.vae->config.scale();
  const auto grey = torch::zeros({1, model.vae->config.in_channels, size.height, size.width});
  return {torch::ones({1, 1, size.height / factor, size.width / factor}), encode_pixels(model, grey, tiling)};
}

HiddenPicture hidden_by(StableDiffusion& model,
                        const StartPicture& start,
                        const GenerateOptions& options,
                        VaeTiling tiling) {
  const auto mask = hard_mask(start.mask);
  HiddenPicture hidden{latent_mask(mask, model.vae->config.scale()), {}};
  if (hidden.mask.sum().item<double>() == 0)
    throw InputError(options.start.mask.string() +
                     ": what it marks is too thin to be drawn; mark larger parts, or --inpaint_masked_only");
  if (is_inpainting(model))
    hidden.latents = encode_pixels(model, to_tensor(start.picture) * (1 - mask), tiling);
  return hidden;
}

}  // namespace

bool is_inpainting(const StableDiffusion& model) {
  return model.unet->config.in_channels != model.vae->config.latent_channels;
}

Beginning begin_from_noise(StableDiffusion& model, const PictureSize& size, VaeTiling tiling) {
  Beginning beginning;
  if (is_inpainting(model)) beginning.hidden = all_hidden(model, size, tiling);
  beginning.from_noise = true;
  return beginning;
}

Beginning begin_from_start(StableDiffusion& model,
                           const StartPicture& start,
                           const GenerateOptions& options) {
  const auto tiling = parse_vae_tiling(options.vae_tiling);
  Beginning beginning;
  beginning.picture = encode_all(model, {start.picture}, tiling);
  if (!start.mask.pixels.empty()) {
    beginning.hidden = hidden_by(model, start, options, tiling);
  } else if (is_inpainting(model)) {
    beginning.hidden = all_hidden(model, {start.picture.height, start.picture.width}, tiling);
  }
  // As diffusers' pipelines: those that inpaint leave nothing of the picture at strength 1, the others noise
  // it.
  beginning.from_noise = options.start.strength == 1 && beginning.hidden.mask.defined();
  return beginning;
}

Beginning begin_larger(StableDiffusion& model,
                       const torch::Tensor& latents,
                       const PictureSize& size,
                       const GenerateOptions& options) {
  const auto& config = model.vae->config;
  const auto tiling = parse_vae_tiling(options.vae_tiling);
  Beginning beginning;
  if (options.hires.upscaler == "latent") {
    const auto larger = at::upsample_bilinear2d(
        latents.to(torch::kFloat32), {size.height / config.scale(), size.width / config.scale()}, false);
    beginning.picture.mean = larger / config.scaling_factor;
  } else {
    std::vector<Image> pictures;
    for (int64_t i = 0; i < latents.size(0); ++i) {
      const auto pixels = decode_latents(model, latents.slice(0, i, i + 1), tiling);
      require_finite(pixels, model, "the decoded picture");
      pictures.push_back(resize(to_image(pixels), static_cast<int>(size.width), static_cast<int>(size.height),
                                ResizeFilter::kLanczos));
    }
    beginning.picture = encode_all(model, pictures, tiling);
  }
  if (is_inpainting(model)) beginning.hidden = all_hidden(model, size, tiling);
  return beginning;
}

Beginning beginning_of(const Beginning& all, const std::vector<int64_t>& rows) {
  Beginning some = all;
  if (all.picture.mean.defined() && all.picture.mean.size(0) > 1) {
    const auto index = torch::tensor(rows, torch::kInt64).to(all.picture.mean.device());
    some.picture.mean = all.picture.mean.index_select(0, index);
    if (all.picture.std.defined()) some.picture.std = all.picture.std.index_select(0, index);
  }
  return some;
}

}  // namespace big
