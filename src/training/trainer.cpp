#include "big/training/trainer.h"

#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <optional>

#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "clip_grad.h"
#include "ema.h"
#include "gradient_release.h"
#include "lr_schedule.h"
#include "optimizer.h"
#include "passes.h"
#include "state_tensors.h"
#include "trained_parts.h"

namespace big {

namespace {

void check_train_options(const TrainOptions& options) {
  lr_schedule_of(options);
  check_optimizer(options.optimizer);
  if (options.train_batch_size < 1)
    throw UsageError(concat("train_batch_size is ", options.train_batch_size, ", expected at least 1"));
  if (options.gradient_accumulation_steps < 1)
    throw UsageError(concat("gradient_accumulation_steps is ", options.gradient_accumulation_steps,
                            ", expected at least 1"));
  if (options.keep != "last" && options.keep != "best")
    throw UsageError(concat("keep is '", options.keep, "', expected last or best"));
  if (options.validation_steps < 1 && (options.keep == "best" || options.early_stop > 0))
    throw UsageError("keep best and early_stop go by measurements: set validation_steps");
}

double mean_of_last_tenth(const std::vector<double>& losses) {
  if (losses.empty()) return 0;
  const size_t count = std::max<size_t>(1, losses.size() / 10);
  double sum = 0;
  for (size_t i = losses.size() - count; i < losses.size(); ++i) sum += losses[i];
  return sum / static_cast<double>(count);
}

/// The update from which on text encoders and new words stay as they are; a word alone is taught to the end.
int64_t last_text_step(const TrainOptions& options) {
  if (parse_train_method(options.method) == TrainMethod::kTextualInversion) return options.max_train_steps;
  return static_cast<int64_t>(
      std::llround(options.text_encoder_stop * static_cast<double>(options.max_train_steps)));
}

constexpr const char *kParameter = "parameter.", *kOptimizer = "optimizer.", *kEma = "ema.", *kBest = "best.";

/// For as long as it lives the model is what would be kept if the run ended now: the moving average, no dropout.
class AsKept {
 public:
  AsKept(std::optional<Ema>& ema, TrainedParts& trained) : ema_(ema), trained_(trained) {
    if (ema_) ema_->swap();
    trained_.set_dropout(0);
  }
  ~AsKept() {
    trained_.set_dropout(probability_);
    if (ema_) ema_->swap();
  }
  AsKept(const AsKept&) = delete;
  AsKept& operator=(const AsKept&) = delete;

 private:
  std::optional<Ema>& ema_;
  TrainedParts& trained_;
  const double probability_ = trained_.dropout();
};

/// A run from its first update to its last.
class Training {
 public:
  Training(StableDiffusion& model,
           const TrainingData& data,
           const TrainOptions& options,
           const TrainHooks& hooks);
  void resume(const TrainingState& state);
  void run(const ProgressFn& progress);
  /// Leaves the model with the weights that are to be kept.
  void keep();
  TrainResult result() const;

 private:
  double update();
  std::vector<std::string> nonfinite_gradients() const;
  [[noreturn]] void throw_gradient_not_finite(const std::vector<std::string>& names) const;
  void measure();
  bool is_measurement_due() const;
  void checkpoint();
  bool is_checkpoint_due() const;
  bool is_over() const;
  int64_t kept_step() const;
  NamedTensors parameters() const;
  NamedTensors averages() const;

  const TrainOptions& options_;
  const TrainHooks& hooks_;
  TrainedParts trained_;
  Passes passes_;
  std::unique_ptr<Optimizer> optimizer_;
  std::optional<GradientRelease> release_;
  std::optional<Ema> ema_;
  LrSchedule schedule_;
  TrainingState state_;  ///< without its tensors
  int64_t last_checkpoint_ = 0;
  NamedTensors best_;  ///< the weights of the best measurement, where those are to be kept
};

Training::Training(StableDiffusion& model,
                   const TrainingData& data,
                   const TrainOptions& options,
                   const TrainHooks& hooks)
    : options_(options),
      hooks_(hooks),
      trained_(model, options),
      passes_(model, data, options, hooks, trained_),
      optimizer_(make_optimizer(trained_.groups(), options)),
      schedule_(lr_schedule_of(options)) {
  if (releases_gradients(options)) {
    release_.emplace(*optimizer_);
  } else {
    optimizer_->keep_gradient_buffers();
  }
}

void Training::resume(const TrainingState& state) {
  state_.step = last_checkpoint_ = state.step;
  state_.rate_factor = state.rate_factor;
  state_.losses = state.losses;
  state_.measurements = state.measurements;
  if (state.step == 0) return;
  copy_named(with_prefix(kParameter, state.tensors), parameters(), "weights");
  optimizer_->load_state(with_prefix(kOptimizer, state.tensors), "the saved state");
  best_ = copies_of(with_prefix(kBest, state.tensors));
}

void Training::run(const ProgressFn& progress) {
  if (options_.use_ema) {
    ema_.emplace(optimizer_->parameters(), options_.ema_decay);
    if (state_.step > 0 && hooks_.resume)
      copy_named(with_prefix(kEma, hooks_.resume->tensors), averages(), "moving average");
  }
  for (;;) {
    double loss = 0;
    try {
      if (is_measurement_due()) measure();
      if (is_checkpoint_due()) checkpoint();
      if (is_over()) return;
      fail_point("training");
      loss = update();
    } catch (const Interrupted&) {
      if (options_.checkpointing_steps > 0 && state_.step > last_checkpoint_) checkpoint();
      throw;
    }
    state_.losses.push_back(loss);
    ++state_.step;
    report(progress, {"training", state_.step, options_.max_train_steps, loss});
  }
}

bool Training::is_over() const {
  const bool stopped = options_.early_stop > 0 && measurements_since_best(state_.measurements) >= options_.early_stop;
  return stopped || state_.step >= options_.max_train_steps;
}

bool Training::is_measurement_due() const {
  if (!hooks_.measure || options_.validation_steps < 1) return false;
  // A checkpoint written when a signal came may hold it already, or not.
  if (!state_.measurements.empty() && state_.measurements.back().step >= state_.step) return false;
  return state_.step % options_.validation_steps == 0 || state_.step == options_.max_train_steps;
}

void Training::measure() {
  const AsKept as_kept(ema_, trained_);
  state_.measurements.push_back(hooks_.measure(state_.step, state_.measurements));
  const bool is_best = state_.step > 0 && kept_step() == state_.step;
  if (options_.keep == "best" && is_best) best_ = copies_of(parameters());
}

int64_t Training::kept_step() const {
  const auto best = best_of(state_.measurements);
  return options_.keep == "best" && best ? state_.measurements[*best].step : state_.step;
}

double Training::update() {
  passes_.forget_rows();
  if (trained_.teaches_text() && state_.step >= last_text_step(options_)) passes_.stop_text();
  const double rate = state_.rate_factor * lr_factor(schedule_, state_.step);
  if (release_) release_->begin(rate);
  double loss = 0;
  for (int64_t i = 0; i < options_.gradient_accumulation_steps; ++i) {
    throw_if_interrupted();
    loss += passes_.run(state_.step * options_.gradient_accumulation_steps + i);
  }
  if (release_) {
    if (const auto name = release_->finish(); !name.empty()) throw_gradient_not_finite({name});
  } else {
    const double norm = clip_grad_norm(trained_.parameters(), options_.max_grad_norm);
    if (!std::isfinite(norm)) throw_gradient_not_finite(nonfinite_gradients());
    optimizer_->step(rate);
  }
  if (ema_) ema_->update(state_.step + 1);
  return loss / static_cast<double>(options_.gradient_accumulation_steps);
}

std::vector<std::string> Training::nonfinite_gradients() const {
  std::vector<std::string> names;
  for (size_t i = 0; i < optimizer_->parameters().size(); ++i) {
    const auto gradient = optimizer_->parameters()[i].grad();
    if (gradient.defined() && !std::isfinite(gradient.norm().item<double>()))
      names.push_back(optimizer_->name_of(i));
  }
  return names;
}

void Training::throw_gradient_not_finite(const std::vector<std::string>& names) const {
  throw NotFinite(concat("training: the gradient of step ", state_.step + 1, " is no finite number",
                         names.empty() ? "" : " in '" + names.front() + "'",
                         names.size() > 1 ? concat(" and ", names.size() - 1, " more tensors") : "",
                         "; its pictures: ", join(passes_.rows(), ", ")));
}

bool Training::is_checkpoint_due() const {
  return options_.checkpointing_steps > 0 && state_.step % options_.checkpointing_steps == 0 &&
         state_.step > last_checkpoint_ && state_.step < options_.max_train_steps;
}

void Training::checkpoint() {
  if (!hooks_.checkpoint) return;
  TrainingState whole = state_;
  append(kParameter, parameters(), whole.tensors);
  append(kOptimizer, optimizer_->state(), whole.tensors);
  append(kBest, best_, whole.tensors);
  if (ema_) append(kEma, averages(), whole.tensors);
  // The model shows the average meanwhile; these tensors are detached and stay what they are.
  const AsKept as_kept(ema_, trained_);
  hooks_.checkpoint(whole);
  last_checkpoint_ = state_.step;
}

void Training::keep() {
  if (ema_) ema_->swap();
  if (kept_step() != state_.step) copy_named(best_, parameters(), "best weights");
}

TrainResult Training::result() const {
  return {.steps = state_.step,
          .final_loss = mean_of_last_tenth(state_.losses),
          .losses = state_.losses,
          .kept_step = kept_step(),
          .measurements = state_.measurements,
          .losses_by_kind = passes_.losses_by_kind()};
}

NamedTensors Training::parameters() const {
  NamedTensors parameters;
  for (const auto& group : trained_.groups())
    for (const auto& [name, parameter] : group.parameters) parameters.emplace_back(name, parameter.detach());
  return parameters;
}

NamedTensors Training::averages() const {
  NamedTensors averages;
  for (size_t i = 0; i < ema_->averages().size(); ++i)
    averages.emplace_back(optimizer_->name_of(i), ema_->averages()[i]);
  return averages;
}

}  // namespace

TrainResult train(StableDiffusion& model,
                  const TrainingData& data,
                  const TrainOptions& options,
                  const ProgressFn& progress,
                  const TrainHooks& hooks) {
  check_train_options(options);
  const auto start = std::chrono::steady_clock::now();
  // Whoever calls may draw pictures without gradients around us.
  const at::AutoGradMode with_gradients(true);
  Training training(model, data, options, hooks);
  if (hooks.resume) training.resume(*hooks.resume);
  training.run(progress);
  training.keep();
  TrainResult result = training.result();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace big
