#include "big/training/latent_cache.h"

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "big/imaging/resize.h"
#include "encode_picture.h"

namespace big {

namespace {

void check_resolution(int64_t resolution, int64_t factor) {
  if (resolution >= factor && resolution % factor == 0) return;
  const int64_t below = std::max(factor, resolution / factor * factor);
  throw UsageError(concat("resolution is ", resolution, ", expected a multiple of the VAE's factor ", factor,
                          ": take ", below, " or ", below + factor));
}

Example make_example(StableDiffusion& model, const Image& image, const TrainOptions& options) {
  const auto side = static_cast<int>(options.resolution);
  Example example;
  Image resized = resize_short_side(image, side);
  if (!options.center_crop) {
    example.image = std::move(resized);
    return example;
  }
  auto latents = encode_picture(model, center_crop(resized, side, side));
  example.latent_mean = latents.mean;
  example.latent_std = latents.std;
  return example;
}

}  // namespace

std::vector<Example> make_examples(StableDiffusion& model,
                                   const std::vector<Image>& images,
                                   const std::string& prompt,
                                   const TrainOptions& options,
                                   const ProgressFn& progress) {
  check_resolution(options.resolution, model.vae->config.scale());
  std::vector<Example> examples;
  for (const auto& image : images) {
    throw_if_interrupted();
    examples.push_back(make_example(model, image, options));
    examples.back().prompt = prompt;
    report(progress,
           {"encoding pictures", static_cast<int64_t>(examples.size()), static_cast<int64_t>(images.size())});
  }
  return examples;
}

}  // namespace big
