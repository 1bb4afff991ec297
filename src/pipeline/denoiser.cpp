#include "denoiser.h"

#include <torch/types.h>

namespace big {
namespace {

/// [1,...] each -> [pictures or 2*pictures,...]: the unwanted rows where there are some, then the wanted
/// ones.
torch::Tensor rows(const torch::Tensor& unwanted, const torch::Tensor& wanted, int64_t pictures) {
  if (!wanted.defined()) return {};
  const auto repeated = [&](const torch::Tensor& one) {
    auto sizes = one.sizes().vec();
    sizes[0] = pictures;
    return one.expand(sizes);
  };
  if (!unwanted.defined()) return repeated(wanted).contiguous();
  return torch::cat({repeated(unwanted), repeated(wanted)});
}

AddedConditions added_conditions(const StableDiffusion& model,
                                 const Conditioning& conditioning,
                                 int64_t pictures) {
  const auto &wanted = conditioning.wanted, &unwanted = conditioning.unwanted;
  AddedConditions added;
  added.pooled = rows(unwanted.text.pooled, wanted.text.pooled, pictures);
  added.time_ids = rows(unwanted.time_ids, wanted.time_ids, pictures);
  if (model.unet->config.time_cond_proj_dim > 0) {
    const auto fp32 = torch::TensorOptions().dtype(torch::kFloat32).device(model.device);
    added.guidance_scale = torch::full({pictures}, conditioning.guidance_scale, fp32);
  }
  return added;
}

/// What an inpainting UNet sees beside latents like x [B,C,h,w]: the mask and the hidden picture's latents
/// [B,1+C,h,w]; undefined for other UNets.
torch::Tensor seen_beside(const StableDiffusion& model,
                          const HiddenPicture& hidden,
                          const torch::Tensor& x,
                          PictureNoise& noise) {
  const auto numbers = noise.normal(x.sizes().slice(1)).to(x.options());
  if (!is_inpainting(model)) return {};
  const auto latents =
      LatentDistribution{hidden.latents.mean.to(x.options()), hidden.latents.std.to(x.options())}.sample(
          numbers);  // [B,C,h,w]
  const auto mask = hidden.mask.to(x.options()).expand({x.size(0), 1, x.size(2), x.size(3)});
  return torch::cat({mask, latents * model.vae->config.scaling_factor}, 1);
}

/// Classifier-free guidance (arXiv 2207.12598) of the halves unwanted, wanted [B,C,h,w]; its result brought
/// back, by a share, to the contrast of the wanted half (arXiv 2305.08891, eq. 15 and 16).
torch::Tensor guided_output(const torch::Tensor& unwanted,
                            const torch::Tensor& wanted,
                            const Conditioning& conditioning) {
  const auto guided = unwanted + conditioning.guidance_scale * (wanted - unwanted);
  const double share = conditioning.guidance_rescale;
  if (share == 0) return guided;
  const auto spread = [](const torch::Tensor& x) { return x.std({1, 2, 3}, true, true); };
  return share * (guided * (spread(wanted) / spread(guided))) + (1 - share) * guided;
}

}  // namespace

ModelFn make_denoiser(StableDiffusion& model,
                      const Conditioning& conditioning,
                      int64_t pictures,
                      const HiddenPicture& hidden,
                      PictureNoise& noise) {
  const auto context =
      rows(conditioning.unwanted.text.context, conditioning.wanted.text.context, pictures);  // [B or 2B,T,D]
  const auto added = added_conditions(model, conditioning, pictures);
  return [&model, &hidden, &noise, context, added, conditioning, first = true, beside = torch::Tensor()](
             const torch::Tensor& x, double timestep) mutable {
    // Here and not before: diffusers takes these numbers after those of the first latents.
    if (first && hidden.mask.defined()) beside = seen_beside(model, hidden, x, noise);
    first = false;
    const auto input = beside.defined() ? torch::cat({x, beside}, 1) : x;
    const auto t =
        torch::full({1}, timestep, torch::TensorOptions().device(model.device).dtype(torch::kFloat32));
    if (!conditioning.guided()) return model.unet->forward(input, t, context, added);
    const auto halves =
        model.unet->forward(torch::cat({input, input}), t, context, added).chunk(2);  // 2 x [B,C,h,w]
    return guided_output(halves[0], halves[1], conditioning);
  };
}

}  // namespace big
