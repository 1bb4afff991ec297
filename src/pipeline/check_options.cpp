#include <algorithm>
#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/diffusion/noise.h"
#include "big/pipeline/text_to_image.h"
#include "big/pipeline/vae.h"

namespace big {
namespace {

constexpr double kMostHiresScale = 8;

void check_counts(const GenerateOptions& options) {
  if (options.num_images < 1)
    throw UsageError(concat("num_images is ", options.num_images, ", expected at least 1"));
  if (options.batch_size < 1)
    throw UsageError(concat("batch_size is ", options.batch_size, ", expected at least 1"));
  if (options.preview_every < 0)
    throw UsageError(concat("preview_every is ", options.preview_every, ", expected at least 0"));
  parse_noise_source(options.rng);
  if (!std::isfinite(options.guidance_scale))
    throw UsageError(concat("guidance_scale is ", options.guidance_scale, ", expected a finite number"));
  if (!(options.guidance_rescale >= 0 && options.guidance_rescale <= 1))
    throw UsageError(concat("guidance_rescale is ", options.guidance_rescale, ", expected 0 to 1"));
}

/// A strength must leave at least one step to make.
void check_strength(const std::string& name, double strength, int64_t steps) {
  if (!(strength > 0 && strength <= 1))
    throw UsageError(concat(name, " is ", strength, ", expected more than 0, at most 1"));
  if (steps < 1 || drawn_steps(steps, strength) > 0) return;
  throw UsageError(concat(name, " ", strength, " of ", steps, " steps leaves none to make; take at least ",
                          std::ceil(1 / strength), " steps or more strength"));
}

void check_start(const StartOptions& start, int64_t steps) {
  if (start.init_image.empty()) {
    if (!start.mask.empty())
      throw UsageError("mask is given without init_image: a mask says what of that picture is drawn anew");
  } else {
    check_strength("strength", start.strength, steps);
  }
  if (start.inpaint_masked_only && start.mask.empty())
    throw UsageError("inpaint_masked_only is given without mask: nothing says which part is meant");
  if (!(start.mask_blur >= 0 && std::isfinite(start.mask_blur)))
    throw UsageError(concat("mask_blur is ", start.mask_blur, ", expected pixels, 0 or more"));
  if (start.mask_padding < 0)
    throw UsageError(concat("mask_padding is ", start.mask_padding, ", expected pixels, 0 or more"));
}

void check_hires(const GenerateOptions& options) {
  const auto& hires = options.hires;
  if (!(hires.scale >= 1 && hires.scale <= kMostHiresScale))
    throw UsageError(concat("hires_scale is ", hires.scale, ", expected 1 to ", kMostHiresScale));
  if (hires.upscaler != "lanczos" && hires.upscaler != "latent")
    throw UsageError("hires_upscaler is \"" + hires.upscaler + "\", expected lanczos or latent");
  if (hires.steps < 0) throw UsageError(concat("hires_steps is ", hires.steps, ", expected 0 or more"));
  if (hires.scale == 1) return;
  check_strength("hires_strength", hires.strength, second_pass_steps(options));
  if (!options.start.mask.empty())
    throw UsageError("hires_scale is given with a mask: what the mask keeps would be drawn anew as well");
}

}  // namespace

int64_t drawn_steps(int64_t steps, double strength) {
  return std::min(static_cast<int64_t>(static_cast<double>(steps) * strength), steps);
}

int64_t second_pass_steps(const GenerateOptions& options) {
  return options.hires.steps > 0 ? options.hires.steps : options.num_inference_steps;
}

int64_t total_steps(const GenerateOptions& options) {
  const int64_t steps = options.num_inference_steps;
  const bool starts = !options.start.init_image.empty(), enlarges = options.hires.scale > 1;
  const int64_t first = starts ? drawn_steps(steps, options.start.strength) : steps;
  const int64_t second = enlarges ? drawn_steps(second_pass_steps(options), options.hires.strength) : 0;
  return options.num_images * (first + second);
}

void check_options(const GenerateOptions& options) {
  check_counts(options);
  check_start(options.start, options.num_inference_steps);
  check_hires(options);
  parse_vae_tiling(options.vae_tiling);
}

}  // namespace big
