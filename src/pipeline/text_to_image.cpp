#include "big/pipeline/text_to_image.h"

#include <torch/types.h>

#include <algorithm>
#include <optional>

#include "big/core/log.h"
#include "big/core/text.h"
#include "big/pipeline/image_tensor.h"
#include "big/pipeline/vae.h"
#include "drawing_pass.h"
#include "finite.h"

namespace big {
namespace {

/// A refiner (which alone is told an aesthetic score) was taught the last fifth of the way, on pictures that
/// another model began.
void warn_of_refiner(const StableDiffusion& model, const GenerateOptions& options) {
  if (model.time_id_count() != 5 || !options.start.init_image.empty()) return;
  log_warning(
      concat(model.folder.filename().string(),
             ": a refiner finishes pictures that are nearly done; drawn from nothing by it alone they "
             "stay vague. Draw with the base model, then with this from its picture (--init_image)"));
}

/// One wish, ready to be drawn batch by batch.
class Drawing {
 public:
  Drawing(StableDiffusion& model,
          const GenerateOptions& options,
          const ProgressFn& progress,
          const ImageFn& on_preview)
      : model_(model),
        options_(options),
        tiling_(parse_vae_tiling(options.vae_tiling)),
        progress_(progress),
        on_preview_(on_preview) {
    const auto size = drawing_size(options, model.unet->config, model.vae->config);
    const bool starts = !options.start.init_image.empty();
    if (starts) start_ = read_start(options.start, size);
    first_ =
        plan_pass(model, options, {size, options.num_inference_steps, starts ? options.start.strength : 1});
    beginning_ = starts ? begin_from_start(model, *start_, options) : begin_from_noise(model, size, tiling_);
    if (options.hires.scale > 1) {
      const auto larger = hires_size(options.hires, size, model.vae->config);
      second_ = plan_pass(model, options,
                          {larger, second_pass_steps(options), options.hires.strength, first_.steps()});
    }
    step_ = {"drawing", 0, options.num_images * steps_of_a_picture()};
  }

  /// Pictures first ... first + count - 1.
  void draw_batch(int64_t first, int64_t count, const ImageFn& on_image) {
    std::vector<uint64_t> seeds;
    for (int64_t i = 0; i < count; ++i) seeds.push_back(options_.seed + static_cast<uint64_t>(first + i));
    const int64_t before = first * steps_of_a_picture();
    BatchEvents events;
    if (on_preview_) events.on_preview = [&](const torch::Tensor& x0) { show(first, x0); };
    events.on_step = [&](int64_t steps) { report_steps(before + steps * count); };
    auto latents = draw_latents(model_, first_, beginning_, seeds, events);
    if (second_) {
      const auto larger = begin_larger(model_, latents, second_->wish.size, options_);
      events.on_step = [&](int64_t steps) { report_steps(before + (first_.steps() + steps) * count); };
      latents = draw_latents(model_, *second_, larger, seeds, events);
    }
    // One at a time: decoding takes far more memory than a denoising step.
    for (int64_t i = 0; i < count; ++i) on_image(first + i, decoded(latents.slice(0, i, i + 1)));
  }

 private:
  int64_t steps_of_a_picture() const { return first_.steps() + (second_ ? second_->steps() : 0); }

  void report_steps(int64_t done) {
    step_.done = done;
    report(progress_, step_);
  }

  Image decoded(const torch::Tensor& latents) {
    const auto pixels = decode_latents(model_, latents, tiling_);
    require_finite(pixels, model_, "the decoded picture");
    return in_its_place(to_image(pixels));
  }

  Image in_its_place(Image drawn) const { return start_ ? laid_into_canvas(*start_, drawn) : drawn; }

  /// Pictures on their way, of which not all numbers need be finite yet.
  void show(int64_t first, const torch::Tensor& x0) {
    for (int64_t i = 0; i < x0.size(0); ++i)
      on_preview_(first + i, in_its_place(to_image(decode_latents(model_, x0.slice(0, i, i + 1), tiling_))));
  }

  StableDiffusion& model_;
  const GenerateOptions& options_;
  VaeTiling tiling_;
  const ProgressFn& progress_;
  const ImageFn& on_preview_;
  std::optional<StartPicture> start_;
  Beginning beginning_;
  DrawingPass first_;
  std::optional<DrawingPass> second_;
  Progress step_;
};

}  // namespace

void generate(StableDiffusion& model,
              const GenerateOptions& options,
              const ImageFn& on_image,
              const ProgressFn& progress,
              const ImageFn& on_preview) {
  // Not InferenceMode: the same model may be trained after its class pictures are drawn.
  const torch::NoGradGuard no_grad;
  check_options(options);
  Drawing drawing(model, options, progress, on_preview);
  warn_of_refiner(model, options);
  log_debug("first UNet call");  // the benchmark waits for this line
  for (int64_t first = 0; first < options.num_images; first += options.batch_size)
    drawing.draw_batch(first, std::min(options.batch_size, options.num_images - first), on_image);
}

}  // namespace big
