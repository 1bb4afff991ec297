#include "big/training/trainer.h"

#include <chrono>
#include <cmath>

#include "batches.h"
#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "clip_grad.h"
#include "loss.h"
#include "lr_schedule.h"
#include "optimizer.h"
#include "prompt_embeddings.h"
#include "step_draws.h"
#include "trained_parts.h"

namespace big {

namespace {

void check_options(const TrainOptions& options) {
  lr_schedule_of(options);
  check_optimizer(options.optimizer);
  if (options.train_batch_size < 1)
    throw UsageError(concat("train_batch_size is ", options.train_batch_size, ", expected at least 1"));
  if (options.gradient_accumulation_steps < 1)
    throw UsageError(concat("gradient_accumulation_steps is ", options.gradient_accumulation_steps,
                            ", expected at least 1"));
}

void check_loss(double loss, int64_t step, const std::vector<std::string>& prompts) {
  if (std::isfinite(loss)) return;
  throw MachineError(concat("training: the loss of step ", step + 1, " is ", loss,
                            ", expected a finite number; "
                            "its pictures: '",
                            join(prompts, "', '"),
                            "'. Nothing was saved; a lower learning_rate usually helps"));
}

double mean_of_last_tenth(const std::vector<double>& losses) {
  if (losses.empty()) return 0;
  const size_t count = std::max<size_t>(1, losses.size() / 10);
  double sum = 0;
  for (size_t i = losses.size() - count; i < losses.size(); ++i) sum += losses[i];
  return sum / static_cast<double>(count);
}

/// One run's forward and backward passes.
class Passes {
 public:
  Passes(StableDiffusion& model,
         const TrainingData& data,
         const TrainOptions& options,
         const TrainHooks& hooks,
         torch::ScalarType dtype)
      : model_(model),
        options_(options),
        hooks_(hooks),
        dtype_(dtype),
        batches_(model, data, options, dtype),
        embeddings_(
            model, options.train_text_encoder ? TextEncoderMode::kTrained : TextEncoderMode::kFrozen, dtype) {
  }

  /// Adds the gradients of pass `pass` to the parameters'; returns its loss.
  double run(int64_t pass) {
    const Batch batch = batches_.read(pass);
    const StepDraws draws = this->draws(pass, batch.latent_mean.sizes());

    const auto x0 = (batch.latent_mean + batch.latent_std * draws.latent_noise) *
                    model_.vae->config.scaling_factor;  // [rows,C,h,w]
    const auto x_t = model_.schedule->add_noise(x0, draws.noise, draws.timesteps);
    const auto target = model_.schedule->training_target(x0, draws.noise, draws.timesteps);

    const auto text = embeddings_.rows(batch.prompts);
    const auto prediction =
        model_.unet->forward(x_t, draws.timesteps, text.context, {text.pooled, batch.time_ids, {}});
    const auto loss = dreambooth_loss(prediction, target, options_.prior_loss_weight);
    const double value = loss.item<double>();
    check_loss(value, pass / options_.gradient_accumulation_steps, batch.prompts);
    (loss / static_cast<double>(options_.gradient_accumulation_steps)).backward();
    return value;
  }

 private:
  StepDraws draws(int64_t pass, at::IntArrayRef latent_shape) {
    const auto timesteps = model_.schedule->config().num_train_timesteps;
    StepDraws drawn = hooks_.draws ? hooks_.draws(pass, latent_shape)
                                   : draw_step(options_.seed, pass, latent_shape, timesteps);
    drawn.latent_noise = drawn.latent_noise.to(model_.device, dtype_);
    drawn.noise = drawn.noise.to(model_.device, dtype_);
    drawn.timesteps = drawn.timesteps.to(model_.device);
    return drawn;
  }

  StableDiffusion& model_;
  const TrainOptions& options_;
  const TrainHooks& hooks_;
  torch::ScalarType dtype_;
  Batches batches_;
  PromptEmbeddings embeddings_;
};

}  // namespace

TrainResult train(StableDiffusion& model,
                  const TrainingData& data,
                  const TrainOptions& options,
                  const ProgressFn& progress,
                  const TrainHooks& hooks) {
  check_options(options);
  const auto start = std::chrono::steady_clock::now();
  // Whoever calls may draw pictures without gradients around us.
  torch::AutoGradMode with_gradients(true);
  const TrainedParts trained(model, options);
  Passes passes(model, data, options, hooks, trained.dtype());
  const auto optimizer = make_optimizer(trained.groups(), options);
  optimizer->keep_gradient_buffers();
  const LrSchedule schedule = lr_schedule_of(options);

  TrainResult result;
  for (int64_t step = 0; step < options.max_train_steps; ++step) {
    fail_point("training");
    double loss = 0;
    for (int64_t i = 0; i < options.gradient_accumulation_steps; ++i) {
      throw_if_interrupted();
      loss += passes.run(step * options.gradient_accumulation_steps + i);
    }
    if (options.max_grad_norm > 0) clip_grad_norm(trained.parameters(), options.max_grad_norm);
    optimizer->step(lr_factor(schedule, step));

    result.losses.push_back(loss / static_cast<double>(options.gradient_accumulation_steps));
    report(progress, {"training", step + 1, options.max_train_steps, result.losses.back()});
  }
  result.steps = options.max_train_steps;
  result.final_loss = mean_of_last_tenth(result.losses);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace big
