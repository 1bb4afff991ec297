#include "denoiser.h"

#include <torch/types.h>

#include "big/pipeline/vae.h"

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

/// What an inpainting UNet sees beside latents like x [B,C,h,w] where a whole picture is to be filled: a mask
/// of ones and the latents of a grey picture [B,1+C,h,w].
torch::Tensor everything_masked(StableDiffusion& model, const torch::Tensor& x, PictureNoise& noise) {
  const auto factor = model.vae->config.scale();
  const auto grey = torch::zeros({1, model.vae->config.in_channels, x.size(2) * factor, x.size(3) * factor});
  const auto latents = encode_pixels(model, grey).sample(noise.normal(x.sizes().slice(1)).to(x.options()));
  const auto mask = torch::ones({x.size(0), 1, x.size(2), x.size(3)}, x.options());
  return torch::cat({mask, latents.to(x.options()) * model.vae->config.scaling_factor}, 1);
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
                      PictureNoise& noise) {
  const auto context =
      rows(conditioning.unwanted.text.context, conditioning.wanted.text.context, pictures);  // [B or 2B,T,D]
  const auto added = added_conditions(model, conditioning, pictures);
  const bool inpainting = model.unet->config.in_channels != model.vae->config.latent_channels;
  return [&model, &noise, context, added, inpainting, conditioning, masked = torch::Tensor()](
             const torch::Tensor& x, double timestep) mutable {
    // Here and not before: diffusers takes these numbers after those of the first latents.
    if (inpainting && !masked.defined()) masked = everything_masked(model, x, noise);
    const auto input = inpainting ? torch::cat({x, masked}, 1) : x;
    const auto t =
        torch::full({1}, timestep, torch::TensorOptions().device(model.device).dtype(torch::kFloat32));
    if (!conditioning.guided()) return model.unet->forward(input, t, context, added);
    const auto halves =
        model.unet->forward(torch::cat({input, input}), t, context, added).chunk(2);  // 2 x [B,C,h,w]
    return guided_output(halves[0], halves[1], conditioning);
  };
}

}  // namespace big
