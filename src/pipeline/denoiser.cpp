#include "denoiser.h"

#include <torch/types.h>

namespace big {
namespace {

/// [1,...] each -> [sides*pictures,...]: the rows of one side after the other's. Undefined where they are.
torch::Tensor rows(const std::vector<torch::Tensor>& sides, int64_t pictures) {
  if (!sides.front().defined()) return {};
  std::vector<torch::Tensor> repeated;
  for (const auto& one : sides) {
    auto sizes = one.sizes().vec();
    sizes[0] = pictures;
    repeated.push_back(one.expand(sizes));
  }
  return torch::cat(repeated);
}

/// What the UNet is given beside its latents at one moment, for all sides.
struct MomentInputs {
  size_t sides = 0;
  torch::Tensor context;  ///< [sides*pictures,T,D]
  AddedConditions added;
};

MomentInputs inputs_of(const StableDiffusion& model,
                       const Conditioning& conditioning,
                       size_t moment,
                       int64_t pictures) {
  const auto& conditions = conditioning.moments.at(moment);
  std::vector<torch::Tensor> contexts, pooled, time_ids;
  const auto add = [&](const Condition& side) {
    contexts.push_back(side.text.context);
    pooled.push_back(side.text.pooled);
    time_ids.push_back(side.time_ids);
  };
  if (conditioning.guided()) add(conditions.unwanted);
  for (const auto& wanted : conditions.wanted) add(wanted);

  MomentInputs inputs;
  inputs.sides = contexts.size();
  inputs.context = rows(contexts, pictures);
  inputs.added.pooled = rows(pooled, pictures);
  inputs.added.time_ids = rows(time_ids, pictures);
  if (model.unet->config.time_cond_proj_dim > 0) {
    const auto fp32 = torch::TensorOptions().dtype(torch::kFloat32).device(model.device);
    inputs.added.guidance_scale = torch::full({inputs.context.size(0)}, conditioning.told_scale, fp32);
  }
  return inputs;
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

/// The outputs for the wanted texts as one: their differences from the unwanted one, weighed and added up
/// (arXiv 2206.01714).
torch::Tensor composed(const torch::Tensor& unwanted,
                       const std::vector<torch::Tensor>& outputs,
                       const std::vector<Condition>& wanted) {
  if (wanted.size() == 1 && wanted.front().weight == 1) return outputs.front();
  auto sum = unwanted;
  for (size_t i = 0; i < wanted.size(); ++i) sum = sum + wanted[i].weight * (outputs[i] - unwanted);
  return sum;
}

/// Classifier-free guidance (arXiv 2207.12598) of the sides unwanted, wanted [B,C,h,w]; its result brought
/// back, by a share, to the contrast of the wanted side (arXiv 2305.08891, eq. 15 and 16).
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
                      PictureNoise& noise,
                      const int64_t& step) {
  std::vector<MomentInputs> inputs;
  for (size_t i = 0; i < conditioning.moments.size(); ++i)
    inputs.push_back(inputs_of(model, conditioning, i, pictures));
  return [&model, &hidden, &noise, &step, inputs, conditioning, first = true, beside = torch::Tensor()](
             const torch::Tensor& x, double timestep) mutable {
    // Here and not before: diffusers takes these numbers after those of the first latents.
    if (first && hidden.mask.defined()) beside = seen_beside(model, hidden, x, noise);
    first = false;
    const auto latents = beside.defined() ? torch::cat({x, beside}, 1) : x;
    const auto t =
        torch::full({1}, timestep, torch::TensorOptions().device(model.device).dtype(torch::kFloat32));
    const size_t moment = conditioning.moment_at(step);
    const auto& [sides, context, added] = inputs.at(moment);
    const auto input = sides == 1 ? latents : torch::cat(std::vector<torch::Tensor>(sides, latents));
    const auto output = model.unet->forward(input, t, context, added);
    if (!conditioning.guided()) return output;
    auto outputs = output.chunk(static_cast<int64_t>(sides));  // of each side [B,C,h,w]
    const auto unwanted = outputs.front();
    outputs.erase(outputs.begin());
    return guided_output(unwanted, composed(unwanted, outputs, conditioning.moments[moment].wanted),
                         conditioning);
  };
}

}  // namespace big
