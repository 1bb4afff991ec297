#include "big/training/denoising_errors.h"

#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>

#include "big/core/interrupt.h"
#include "big/imaging/resize.h"
#include "encode_picture.h"
#include "random_streams.h"

namespace big {
namespace {

/// Latent cells of one forward pass: two pictures of 512 pixels, with guidance the work of a drawing step.
constexpr int64_t kCellsAtOnce = 2 * 64 * 64;
constexpr double kFirst = 0.1, kLast = 0.9;

torch::Tensor timesteps_of(const DenoisingProbe& probe, int64_t num_train_timesteps) {
  const auto places = (torch::arange(probe.levels, torch::kFloat64) + 0.5) / static_cast<double>(probe.levels);
  return ((kFirst + (kLast - kFirst) * places) * static_cast<double>(num_train_timesteps)).to(torch::kInt64);
}

/// The mean of the picture's latents, scaled, [1,C,h,w] fp32.
torch::Tensor latents_of(StableDiffusion& model, const Example& picture) {
  auto mean = picture.latent_mean;
  if (!mean.defined()) {
    const auto side = static_cast<int>(picture.sizes.target_height);
    const Corner corner = center_corner(picture.image, side, side);
    mean = encode_picture(model, crop(picture.image, corner.x, corner.y, side, side)).mean;
  }
  return mean.unsqueeze(0).to(model.device, torch::kFloat32) * model.vae->config.scaling_factor;
}

torch::Tensor noise_of(const DenoisingProbe& probe, size_t picture, const torch::Tensor& x0) {
  auto generator = at::detail::createCPUGenerator(mix_seed(probe.seed, Stream::kProbe, picture));
  const auto cells = x0.sizes();
  return torch::randn({probe.levels, cells[1], cells[2], cells[3]}, generator).to(x0.device());
}

}  // namespace

torch::Tensor denoising_errors(StableDiffusion& model,
                               const std::vector<Example>& pictures,
                               const std::string& prompt,
                               const DenoisingProbe& probe) {
  const torch::NoGradGuard no_gradients;
  const auto dtype = model.unet->parameters().front().scalar_type();
  const auto text = encode_prompts(model, {prompt});
  const auto timesteps = timesteps_of(probe, model.schedule->config().num_train_timesteps).to(model.device);
  std::vector<torch::Tensor> errors;
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto x0 = latents_of(model, pictures[i]);
    const auto noise = noise_of(probe, i, x0);
    const int64_t at_once = std::max<int64_t>(1, kCellsAtOnce / (x0.size(2) * x0.size(3)));
    std::vector<torch::Tensor> of_picture;
    for (int64_t first = 0; first < probe.levels; first += at_once) {
      throw_if_interrupted();
      const int64_t rows = std::min(at_once, probe.levels - first);
      const auto t = timesteps.narrow(0, first, rows), eps = noise.narrow(0, first, rows);
      const auto clean = x0.expand({rows, -1, -1, -1});
      const auto rows_of = [&](const torch::Tensor& one) {
        return one.defined() ? one.to(dtype).expand({rows, one.size(1)}) : one;
      };
      AddedConditions added{rows_of(text.pooled), {}, {}};
      if (model.time_id_count() > 0) added.time_ids = time_ids(model, pictures[i].sizes).expand({rows, -1});
      const auto context = text.context.to(dtype).expand({rows, -1, -1});
      const auto x_t = model.schedule->add_noise(clean, eps, t).to(dtype);
      const auto off = model.unet->forward(x_t, t, context, added).to(torch::kFloat64) -
                       model.schedule->training_target(clean, eps, t).to(torch::kFloat64);
      of_picture.push_back(off.square().mean({1, 2, 3}).cpu());
    }
    errors.push_back(torch::cat(of_picture));
  }
  return torch::stack(errors);
}

}  // namespace big
