#include "big/training/latent_cache.h"

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "encode_picture.h"
#include "latent_mask.h"

namespace big {

namespace {

void check_resolution(int64_t resolution, int64_t factor) {
  if (resolution >= factor && resolution % factor == 0) return;
  const int64_t below = std::max(factor, resolution / factor * factor);
  throw UsageError(concat("resolution is ", resolution, ", expected a multiple of the VAE's factor ", factor,
                          ": take ", below, " or ", below + factor));
}

Example make_example(StableDiffusion& model, const SourcePicture& picture, const TrainOptions& options) {
  const auto side = static_cast<int>(options.resolution);
  Example example;
  example.sizes.original_height = picture.original_height;
  example.sizes.original_width = picture.original_width;
  example.sizes.target_height = example.sizes.target_width = options.resolution;
  example.name = picture.name;
  example.may_flip = options.random_flip;
  example.color_jitter = options.color_jitter;
  Image resized = resize_short_side(picture.image, side);
  Image mask = picture.mask.pixels.empty() || !options.masked_loss
                   ? Image()
                   : resize(picture.mask, resized.width, resized.height);
  if (!options.center_crop) {
    example.mask_image = std::move(mask);
    example.image = std::move(resized);
    return example;
  }
  const auto corner = center_corner(resized, side, side);
  example.sizes.crop_top = corner.y;
  example.sizes.crop_left = corner.x;
  Image square = crop(resized, corner.x, corner.y, side, side);
  if (!mask.pixels.empty()) mask = crop(mask, corner.x, corner.y, side, side);
  if (example.color_jitter > 0) {
    example.mask_image = std::move(mask);
    example.image = std::move(square);
    return example;
  }
  if (example.may_flip) {
    auto mirrored = encode_picture(model, mirror(square));
    example.mirrored_mean = mirrored.mean;
    example.mirrored_std = mirrored.std;
  }
  auto latents = encode_picture(model, square);
  example.latent_mean = latents.mean;
  example.latent_std = latents.std;
  if (!mask.pixels.empty())
    example.latent_mask = latent_mask(mask, latents.mean.sizes());
  return example;
}

}  // namespace

std::vector<Example> make_examples(StableDiffusion& model,
                                   const std::vector<SourcePicture>& pictures,
                                   const std::string& prompt,
                                   const TrainOptions& options,
                                   const ProgressFn& progress) {
  check_resolution(options.resolution, model.vae->config.scale());
  std::vector<Example> examples;
  for (const auto& picture : pictures) {
    throw_if_interrupted();
    examples.push_back(make_example(model, picture, options));
    examples.back().prompt = prompt;
    report(progress, {"encoding pictures", static_cast<int64_t>(examples.size()),
                      static_cast<int64_t>(pictures.size())});
  }
  return examples;
}

}  // namespace big
