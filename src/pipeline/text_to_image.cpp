#include "big/pipeline/text_to_image.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"
#include "big/pipeline/image_tensor.h"

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
}

void warn_of_cut_words(const StableDiffusion& model, const std::string& name, const std::string& text) {
  const auto cut = model.tokenizer->encode_padded(text).cut;
  if (cut.empty()) return;
  log_warning(concat("the ", name, " is longer than the model's window of ", model.tokenizer->max_length(),
                     " tokens; what is cut: ", join(cut, " ")));
}

/// Classifier-free guidance (arXiv 2207.12598): `uncond` is empty where there is none.
struct Conditioning {
  torch::Tensor uncond, text;  ///< [1,T,D]
  double scale = 1;
};

Conditioning encode(StableDiffusion& model, const GenerateOptions& options) {
  warn_of_cut_words(model, "prompt", options.prompt);
  Conditioning conditioning{{}, encode_prompts(model, {options.prompt}), options.guidance_scale};
  if (options.guidance_scale > 1) {
    warn_of_cut_words(model, "negative prompt", options.negative_prompt);
    conditioning.uncond = encode_prompts(model, {options.negative_prompt});
  }
  return conditioning;
}

/// The UNet as a sampler sees it, both halves of guidance in one batch: [uncond, text].
ModelFn guided_unet(StableDiffusion& model, const Conditioning& conditioning, int64_t pictures) {
  const auto repeat = [&](const torch::Tensor& one) { return one.expand({pictures, -1, -1}); };
  const bool guided = conditioning.uncond.defined();
  const auto context = guided ? torch::cat({repeat(conditioning.uncond), repeat(conditioning.text)})
                              : repeat(conditioning.text).contiguous();  // [B or 2B,T,D]
  return [&model, context, guided, scale = conditioning.scale](const torch::Tensor& x, double timestep) {
    const auto t =
        torch::full({1}, timestep, torch::TensorOptions().device(model.device).dtype(torch::kFloat32));
    if (!guided) return model.unet->forward(x, t, context);
    const auto halves = model.unet->forward(torch::cat({x, x}), t, context).chunk(2);  // 2 x [B,C,h,w]
    return halves[0] + scale * (halves[1] - halves[0]);
  };
}

/// Some VAEs overflow in half precision and give black pictures.
torch::Tensor decode(StableDiffusion& model, const torch::Tensor& latents) {
  const auto unscaled = latents / model.vae->config.scaling_factor;
  auto pixels = model.vae->decode(unscaled);
  const bool half = model.dtype == torch::kFloat16 || model.dtype == torch::kBFloat16;
  if (half && !pixels.isfinite().all().item<bool>()) {
    log_warning("the picture overflowed in half precision: decoding it again in fp32");
    model.vae->to(torch::kFloat32);
    pixels = model.vae->decode(unscaled.to(torch::kFloat32));
    model.vae->to(model.dtype);
  }
  return pixels;
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
  const auto conditioning = encode(model, options);

  SampleRequest request;
  request.sampler = choose_sampler(options.scheduler, model.schedule->config());
  request.steps = options.num_inference_steps;
  request.shape = {model.unet->config.in_channels, size.height / factor, size.width / factor};
  request.device = model.device;
  request.dtype = model.dtype;

  Progress step{"drawing", 0, options.num_images * options.num_inference_steps};
  log_debug("first UNet call");  // the benchmark waits for this line
  for (int64_t first = 0; first < options.num_images; first += options.batch_size) {
    const auto pictures = std::min(options.batch_size, options.num_images - first);
    std::vector<uint64_t> seeds;
    for (int64_t i = 0; i < pictures; ++i) seeds.push_back(options.seed + static_cast<uint64_t>(first + i));
    PictureNoise noise(seeds);
    request.on_step = [&](int64_t, const torch::Tensor&) {
      step.done += pictures;
      report(progress, step);
    };
    const auto latents = sample(request, *model.schedule, noise, guided_unet(model, conditioning, pictures));
    // One at a time: decoding takes far more memory than a denoising step.
    for (int64_t i = 0; i < pictures; ++i)
      on_image(first + i, to_image(decode(model, latents.slice(0, i, i + 1))));
  }
}

}  // namespace big
