#include "drawing_pass.h"

#include <torch/types.h>

#include <numeric>

#include "big/core/log.h"
#include "big/core/text.h"
#include "denoiser.h"
#include "finite.h"
#include "in_fp32.h"

namespace big {
namespace {

/// Ends a run of which no picture can come any more.
struct AllOverflowed {};

/// The pictures [B] of latents that hold what is no finite number.
std::vector<int64_t> overflowed_rows(const torch::Tensor& latents) {
  const auto bad = latents.isfinite().flatten(1).all(1).logical_not().nonzero().flatten().to(torch::kCPU);
  return {bad.data_ptr<int64_t>(), bad.data_ptr<int64_t>() + bad.numel()};
}

bool is_half(const StableDiffusion& model) {
  return model.dtype == torch::kFloat16 || model.dtype == torch::kBFloat16;
}

/// What of the beginning is a matter of each picture's own noise, in diffusers' order: its latents first.
void begin(SampleRequest& request, StableDiffusion& model, const Beginning& beginning, PictureNoise& noise) {
  const bool keeps = beginning.hidden.mask.defined() && !is_inpainting(model);
  if (!beginning.picture.mean.defined() || (beginning.from_noise && !keeps)) return;
  const auto& picture = beginning.picture;
  auto latents = picture.mean;
  if (picture.std.defined()) latents = picture.sample(noise.normal(request.shape).to(picture.mean.options()));
  latents = latents * model.vae->config.scaling_factor;
  if (!beginning.from_noise) request.start.latents = latents;
  if (keeps) request.kept = {latents, beginning.hidden.mask};
}

torch::Tensor run_sampler(StableDiffusion& model,
                          const DrawingPass& pass,
                          const Beginning& beginning,
                          const std::vector<uint64_t>& seeds,
                          const BatchEvents& events,
                          const std::function<void(int64_t step, const torch::Tensor& x)>& on_step) {
  PictureNoise noise(seeds, parse_noise_source(pass.options.rng));
  SampleRequest request = pass.request;
  int64_t now = 0;  // the step being drawn
  request.on_step = [&](int64_t i, const torch::Tensor& x) {
    now = i + 1;
    on_step(i, x);
  };
  const int64_t every = pass.options.preview_every;
  if (events.on_preview && every > 0) {
    request.on_denoised = [&, every](int64_t i, const torch::Tensor& x0) {
      if ((i + 1) % every == 0 && i + 1 != pass.steps()) events.on_preview(x0);
    };
  }
  begin(request, model, beginning, noise);
  const auto pictures = static_cast<int64_t>(seeds.size());
  return sample(request, *model.schedule, noise,
                make_denoiser(model, pass.conditioning, pictures, beginning.hidden, noise, now));
}

/// In fp32, or in double: what is not finite there is an error.
torch::Tensor draw_in_full(StableDiffusion& model,
                           const DrawingPass& pass,
                           const Beginning& beginning,
                           const std::vector<uint64_t>& seeds,
                           const BatchEvents& events) {
  return run_sampler(model, pass, beginning, seeds, events, [&](int64_t i, const torch::Tensor& x) {
    // Damage shows in the first step, not after an hour; the last one shows what overflowed on the way.
    if (i == 0 || i + 1 == pass.steps()) require_finite(x, model, "the picture being drawn");
    events.on_step(i + 1);
  });
}

/// Undefined where no picture came out.
torch::Tensor draw_in_half(StableDiffusion& model,
                           const DrawingPass& pass,
                           const Beginning& beginning,
                           const std::vector<uint64_t>& seeds,
                           const BatchEvents& events) {
  try {
    return run_sampler(model, pass, beginning, seeds, events, [&](int64_t i, const torch::Tensor& x) {
      if (overflowed_rows(x).size() == seeds.size()) throw AllOverflowed();
      events.on_step(i + 1);
    });
  } catch (const AllOverflowed&) {
    return {};
  }
}

}  // namespace

DrawingPass plan_pass(StableDiffusion& model, const GenerateOptions& options, const PassWish& wish) {
  DrawingPass pass;
  pass.options = options;
  pass.options.num_inference_steps = wish.steps;
  pass.wish = wish;
  // A prompt that changes on the way does so at shares of the steps that are made.
  GenerateOptions made = pass.options;
  made.num_inference_steps = drawn_steps(wish.steps, wish.strength);
  pass.conditioning = make_conditioning(model, made, {wish.size, wish.earlier_steps});
  const auto factor = model.vae->config.scale();
  auto& request = pass.request;
  request.sampler = choose_sampler(options.scheduler, options.schedule, model.schedule->config());
  request.steps = wish.steps;
  request.start.skipped = wish.steps - drawn_steps(wish.steps, wish.strength);
  if (options.eta >= 0) request.eta = options.eta;
  request.aligned = model.text_encoder_2 ? AlignedModel::kStableDiffusionXl : AlignedModel::kStableDiffusion;
  request.shape = {model.vae->config.latent_channels, wish.size.height / factor, wish.size.width / factor};
  request.device = model.device;
  request.dtype = model.dtype;
  return pass;
}

torch::Tensor draw_latents(StableDiffusion& model,
                           const DrawingPass& pass,
                           const Beginning& beginning,
                           const std::vector<uint64_t>& seeds,
                           const BatchEvents& events) {
  if (!is_half(model)) return draw_in_full(model, pass, beginning, seeds, events);
  const auto latents = draw_in_half(model, pass, beginning, seeds, events);
  std::vector<int64_t> rows(seeds.size());
  std::iota(rows.begin(), rows.end(), 0);
  if (latents.defined()) rows = overflowed_rows(latents);
  if (rows.empty()) return latents;

  log_warning(concat(rows.size() == 1 ? "a picture" : concat(rows.size(), " pictures"),
                     " overflowed in half precision: drawing again in fp32"));
  const InFp32 guard(model);
  std::vector<uint64_t> again;
  for (const int64_t row : rows) again.push_back(seeds[static_cast<size_t>(row)]);
  const auto redrawn = draw_in_full(model, plan_pass(model, pass.options, pass.wish),
                                    beginning_of(beginning, rows), again, events);
  if (again.size() == seeds.size()) return redrawn;
  const auto index = torch::tensor(rows, torch::kInt64).to(latents.device());
  return latents.to(torch::kFloat32).index_copy(0, index, redrawn);
}

}  // namespace big
