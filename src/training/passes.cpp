#include "passes.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>

#include <cmath>

#include "big/core/text.h"
#include "first_nonfinite.h"
#include "random_streams.h"
#include "step_draws.h"

namespace big {

Passes::Passes(StableDiffusion& model,
               const TrainingData& data,
               const TrainOptions& options,
               const TrainHooks& hooks,
               TrainedParts& trained)
    : model_(model),
      options_(options),
      hooks_(hooks),
      trained_(trained),
      dtype_(trained.dtype()),
      batches_(model, data, options, dtype_),
      embeddings_(model,
                  trained.teaches_text() ? TextEncoderMode::kTrained : TextEncoderMode::kFrozen,
                  trained.network_dtype()),
      loss_(options, *model.schedule),
      teacher_(make_teacher(model, data, options)) {}

void Passes::stop_text() {
  trained_.stop_text();
  embeddings_.freeze();
}

double Passes::run(int64_t pass) {
  const Batch batch = batches_.read(pass);
  const StepDraws draws = this->draws(pass, batch.latent_mean.sizes());
  const auto noise = noise_of(draws);

  const auto x0 = (batch.latent_mean + batch.latent_std * draws.latent_noise) *
                  model_.vae->config.scaling_factor;  // [rows,C,h,w]
  const auto x_t = model_.schedule->add_noise(x0, noise, draws.timesteps);
  auto target = model_.schedule->training_target(x0, noise, draws.timesteps);
  if (teacher_)
    target = teacher_->taught_target(x_t.to(trained_.network_dtype()), draws.timesteps, batch, target);
  trained_.set_dropout_seed(mix_seed(options_.seed, Stream::kDropout, static_cast<uint64_t>(pass)));

  const LossRows rows{predict(x_t, draws.timesteps, batch), target, draws.timesteps, batch.mask};
  const auto loss = loss_(rows);
  const double value = loss.item<double>();
  if (!std::isfinite(value)) throw_not_finite(pass, batch, x_t, rows);
  rows_.push_back({batch.names, draws.timesteps});
  note_losses(batch, rows);
  (loss / static_cast<double>(options_.gradient_accumulation_steps)).backward();
  return value;
}

torch::Tensor Passes::predict(const torch::Tensor& x_t, const torch::Tensor& t, const Batch& batch) {
  const auto text = embeddings_.rows(batch.prompts);
  const auto x_in = x_t.to(trained_.network_dtype());
  return model_.unet->forward(x_in, t, text.context, {text.pooled, batch.time_ids, {}}).to(dtype_);
}

StepDraws Passes::draws(int64_t pass, at::IntArrayRef latent_shape) {
  const auto timesteps = model_.schedule->config().num_train_timesteps;
  StepDraws drawn = hooks_.draws ? hooks_.draws(pass, latent_shape)
                                 : draw_step(options_.seed, pass, latent_shape, timesteps);
  drawn.latent_noise = drawn.latent_noise.to(model_.device, dtype_);
  drawn.noise = drawn.noise.to(model_.device, dtype_);
  drawn.timesteps = drawn.timesteps.to(model_.device);
  return drawn;
}

torch::Tensor Passes::noise_of(const StepDraws& draws) const {
  if (options_.noise_offset == 0) return draws.noise;
  return draws.noise + options_.noise_offset * draws.offset_noise.to(model_.device, dtype_);
}

void Passes::note_losses(const Batch& batch, const LossRows& rows) {
  const at::NoGradGuard no_grad;
  const auto losses = loss_.of_rows(rows).to(torch::kCPU, torch::kFloat64);  // [rows]
  for (size_t i = 0; i < batch.kinds.size(); ++i) {
    KindLoss& kind = losses_by_kind_[batch.kinds[i]];
    ++kind.rows;
    kind.mean += (losses[static_cast<int64_t>(i)].item<double>() - kind.mean) / static_cast<double>(kind.rows);
  }
}

std::vector<std::string> Passes::rows() const {
  std::vector<std::string> described;
  for (const auto& pass : rows_) {
    for (size_t i = 0; i < pass.names.size(); ++i)
      described.push_back(concat(pass.names[i], " at timestep ",
                                 pass.timesteps[static_cast<int64_t>(i)].item<int64_t>()));
  }
  return described;
}

void Passes::throw_not_finite(int64_t pass,
                              const Batch& batch,
                              const torch::Tensor& x_t,
                              const LossRows& rows) {
  const at::NoGradGuard no_grad;
  const auto losses = loss_.of_rows(rows);
  std::vector<std::string> guilty;
  int64_t first = 0;
  for (int64_t i = losses.size(0) - 1; i >= 0; --i) {
    if (std::isfinite(losses[i].item<double>())) continue;
    first = i;
    guilty.insert(guilty.begin(), concat(batch.names[static_cast<size_t>(i)], " at timestep ",
                                         rows.timesteps[i].item<int64_t>()));
  }
  std::string where = "its latents with noise, before the first layer";
  if (at::isfinite(x_t[first]).all().item<bool>()) {
    NamedTensors weights;
    for (const auto& item : model_.unet->named_parameters())
      weights.emplace_back("unet." + item.first, item.second);
    model_.unet->set_rows_apart(false);  // this thread alone is watched
    where = first_nonfinite_layer(weights, [&] { predict(x_t, rows.timesteps, batch); });
    if (where.empty()) where = "none in the UNet: the loss itself";
  }
  throw NotFinite(concat("training: the loss of step ", pass / options_.gradient_accumulation_steps + 1,
                         " is no finite number: ", guilty.empty() ? "all rows" : join(guilty, ", "),
                         "; the first output that is none: ", where));
}

}  // namespace big
