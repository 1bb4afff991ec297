#include "big/pipeline/text_to_image.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"
#include "big/pipeline/image_tensor.h"
#include "big/pipeline/vae.h"
#include "conditioning.h"
#include "denoiser.h"
#include "finite.h"

namespace big {
namespace {

struct Size {
  int64_t height, width;
};

int64_t checked_side(const std::string& name, int64_t asked, int64_t native, int64_t factor) {
  if (asked == 0) return native;
  if (asked > 0 && asked % factor == 0) return asked;
  const int64_t below = std::max(asked, factor) / factor * factor;
  throw UsageError(concat(name, " is ", asked, ", expected a multiple of ", factor, ": ",
                          asked < factor ? concat(factor) : concat(below, " or ", below + factor)));
}

Size checked_size(const StableDiffusion& model, const GenerateOptions& options) {
  const auto factor = model.vae->config.scale();
  return {checked_side("height", options.height, model.native_size(), factor),
          checked_side("width", options.width, model.native_size(), factor)};
}

void check_counts(const GenerateOptions& options) {
  if (options.num_images < 1)
    throw UsageError(concat("num_images is ", options.num_images, ", expected at least 1"));
  if (options.batch_size < 1)
    throw UsageError(concat("batch_size is ", options.batch_size, ", expected at least 1"));
  if (!std::isfinite(options.guidance_scale))
    throw UsageError(concat("guidance_scale is ", options.guidance_scale, ", expected a finite number"));
  if (!(options.guidance_rescale >= 0 && options.guidance_rescale <= 1))
    throw UsageError(concat("guidance_rescale is ", options.guidance_rescale, ", expected 0 to 1"));
}

/// A refiner (which alone is told an aesthetic score) was taught the last fifth of the way, on pictures that
/// another model began.
void warn_of_refiner(const StableDiffusion& model) {
  if (model.time_id_count() != 5) return;
  log_warning(
      concat(model.folder.filename().string(),
             ": a refiner finishes pictures that are nearly done; drawn from nothing by it alone they "
             "stay vague. Draw with the base model"));
}

}  // namespace

void generate(StableDiffusion& model,
              const GenerateOptions& options,
              const ImageFn& on_image,
              const ProgressFn& progress) {
  // Not InferenceMode: the same model may be trained after its class pictures are drawn.
  const torch::NoGradGuard no_grad;
  check_counts(options);
  const auto size = checked_size(model, options);
  const auto factor = model.vae->config.scale();
  const auto conditioning = make_conditioning(model, options, size.height, size.width);
  warn_of_refiner(model);

  SampleRequest request;
  request.sampler = choose_sampler(options.scheduler, options.schedule, model.schedule->config());
  request.steps = options.num_inference_steps;
  if (options.eta >= 0) request.eta = options.eta;
  request.aligned = model.text_encoder_2 ? AlignedModel::kStableDiffusionXl : AlignedModel::kStableDiffusion;
  request.shape = {model.vae->config.latent_channels, size.height / factor, size.width / factor};
  request.device = model.device;
  request.dtype = model.dtype;

  Progress step{"drawing", 0, options.num_images * options.num_inference_steps};
  log_debug("first UNet call");  // the benchmark waits for this line
  for (int64_t first = 0; first < options.num_images; first += options.batch_size) {
    const auto pictures = std::min(options.batch_size, options.num_images - first);
    std::vector<uint64_t> seeds;
    for (int64_t i = 0; i < pictures; ++i) seeds.push_back(options.seed + static_cast<uint64_t>(first + i));
    PictureNoise noise(seeds);
    int64_t now = 0;  // the step being drawn
    request.on_step = [&](int64_t i, const torch::Tensor& x) {
      now = i + 1;
      // Damage shows in the first step, not after an hour; the last one shows what overflowed on the way.
      if (i == 0 || i + 1 == request.steps) require_finite(x, model, "the picture being drawn");
      step.done += pictures;
      report(progress, step);
    };
    const auto latents =
        sample(request, *model.schedule, noise, make_denoiser(model, conditioning, pictures, noise, now));
    // One at a time: decoding takes far more memory than a denoising step.
    for (int64_t i = 0; i < pictures; ++i) {
      const auto pixels = decode_latents(model, latents.slice(0, i, i + 1));
      require_finite(pixels, model, "the decoded picture");
      on_image(first + i, to_image(pixels));
    }
  }
}

}  // namespace big
