#include "big/personalization/finetune.h"

#include <chrono>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/training/trainer.h"
#include "gate.h"
#include "run.h"
#include "train_log.h"
#include "training_run.h"
#include "validation_photos.h"

namespace big {
namespace {

FinetuneResult result_of(const Run& run, const FinetunePlan& plan) {
  FinetuneResult result;
  result.identifier = run.claim.identifier;
  result.category = run.options.category;
  result.user = run.options.user;
  result.target = run.options.target;
  result.base_name = run.base.name;
  result.base_hash = run.base.hash;
  result.seed = run.options.train.seed;
  result.dry_run = run.options.dry_run;
  result.plan = plan;
  return result;
}

std::optional<Measurement> measurement_at(const std::vector<Measurement>& measurements, int64_t step) {
  for (const Measurement& measurement : measurements)
    if (measurement.step == step) return measurement;
  return std::nullopt;
}

/// A disk that is full costs what came after the last checkpoint.
std::filesystem::path publish_or_say_where(const Run& run,
                                           const StableDiffusion& model,
                                           const TrainResult& trained,
                                           const std::optional<GateReport>& measured,
                                           const Checkpoints& checkpoints) {
  try {
    return publish(run, model, trained, measured);
  } catch (const MachineError& error) {
    throw MachineError(error.what() + checkpoints.note());
  }
}

void log_losses(const TrainResult& trained) {
  std::vector<std::string> kinds;
  for (const auto& [kind, loss] : trained.losses_by_kind)
    kinds.push_back(concat(kind, ' ', loss.mean, " (", loss.rows, " rows)"));
  log_info(concat("mean loss by kind: ", join(kinds, ", ")));
}

/// The plan measures a real step.
MeasuredPlan plan_or_advise(const Run& run, const std::function<void(const FinetunePlan&)>& on_plan) {
  try {
    return plan_run(run, on_plan);
  } catch (...) {
    rethrow_with_memory_advice(run.options.train, "");
  }
}

/// A metamodel's new version is measured, consolidated once where something was forgotten, and measured again.
/// Throws GateError where it must not become the current one.
GateReport pass_gate(const Run& run, const Gate& gate, StableDiffusion& model, const TrainingData& data) {
  GateReport found = gate.judge(model);
  if (!found.passed() && found.learned() && consolidate(run, model, data)) {
    found = gate.judge(model);
    found.consolidated = true;
  }
  if (found.passed()) return found;
  const std::string what = concat("target model '", to_string(run.options.target), "' after teaching '",
                                  run.claim.identifier, "': ", join(found.lines(), "; "));
  if (run.options.gate == "strict") {
    throw GateError(concat(what, ". The version before stays the current one; try ",
                           found.learned() ? "a lower --learning_rate or fewer --max_train_steps"
                                           : "more --max_train_steps or a higher --learning_rate",
                           ", or --gate warn to take it all the same"));
  }
  log_warning(what);
  return found;
}

/// All that follows once the run is settled.
FinetuneResult teach_settled(const Run& run,
                             const std::function<void(const FinetunePlan&)>& on_plan,
                             RunHistory& history) {
  const FinetuneOptions& options = run.options;
  MeasuredPlan measured = plan_or_advise(run, on_plan);
  FinetuneResult result = result_of(run, measured.plan);
  if (options.dry_run) return result;

  const ClassImageCount pictures = draw_missing(run);
  result.plan.class_images_reused = pictures.reused;
  result.plan.class_images_to_draw = pictures.drawn;

  StableDiffusion model = load_model(run.start_folder, run.load);
  auto held_out = take_held_out(run, measured.instance);
  const TrainingData data = teaching_data(run, model, std::move(measured.instance));
  const ValidationData validation = validation_data(run, std::move(held_out), data);
  std::optional<Gate> gate;
  if (is_metamodel(options.target) && options.gate != "off") gate.emplace(run, model, data);
  Checkpoints checkpoints(run);
  const TrainResult trained = train_run(run, model, data, validation, history, checkpoints);
  log_losses(trained);
  if (gate) result.gate = pass_gate(run, *gate, model, data);
  result.model_path = options.models_dir / publish_or_say_where(run, model, trained, result.gate, checkpoints);
  result.saved = exported_files(run, result.model_path);
  result.report = history.succeeded({"", result.model_path, trained.kept_step, result.gate});
  result.steps = trained.steps;
  result.kept_step = trained.kept_step;
  result.measured = measurement_at(trained.measurements, trained.kept_step);
  result.final_loss = trained.final_loss;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - run.begun).count();
  return result;
}

FinetuneResult teach(const FinetuneOptions& options,
                     const std::function<void(const FinetunePlan&)>& on_plan,
                     const ProgressFn& progress,
                     TrainLog& log) {
  const Run run = prepare_run(options, log.watched(progress));
  if (!options.dry_run) log.begin(run);
  RunHistory history(run);
  try {
    FinetuneResult result = teach_settled(run, on_plan, history);
    if (!options.dry_run) log.succeeded(result.model_path);
    return result;
  } catch (const std::exception& error) {
    if (!options.dry_run) history.failed(error.what());
    throw;
  }
}

/// An error is a part of the log.
FinetuneResult teach_and_log(const FinetuneOptions& options,
                             const std::function<void(const FinetunePlan&)>& on_plan,
                             const ProgressFn& progress,
                             TrainLog& log) {
  try {
    return teach(options, on_plan, progress, log);
  } catch (const std::exception& error) {
    log.failed(error.what());
    throw;
  }
}

}  // namespace

std::span<const ClassImageRecipe> recipes_to_draw(const Run& run) {
  const std::span<const ClassImageRecipe> all = run.recipes;
  return run.class_files.empty() || all.empty() ? all : all.subspan(1);  // the new category comes first
}

ClassImageCount draw_missing(const Run& run) {
  ClassImageCount sum;
  std::optional<StableDiffusion> base;
  const auto when_busy = run.options.no_wait ? WhenBusy::kRefuse : WhenBusy::kWait;
  for (const auto& recipe : recipes_to_draw(run)) {
    const auto folder = class_image_folder(run.options.models_dir, recipe);
    ClassImageCount count{run.class_images, 0};
    if (!missing_class_images(folder, recipe, run.class_images).empty()) {
      if (!base) base = load_model(run.base.folder, run.load);
      count =
          draw_class_images(*base, run.options.models_dir, recipe, run.class_images, when_busy, run.progress);
    }
    log_info(
        concat("class pictures for \"", recipe.prompt, "\": reused ", count.reused, ", drew ", count.drawn));
    sum.reused += count.reused;
    sum.drawn += count.drawn;
  }
  return sum;
}

FinetuneResult finetune(const FinetuneOptions& options,
                        const std::function<void(const FinetunePlan&)>& on_plan,
                        const ProgressFn& progress) {
  TrainLog log;
  try {
    return teach_and_log(options, on_plan, progress, log);
  } catch (const StoppedAtCheckpoint&) {
    throw;
  } catch (const Interrupted& stopped) {
    throw Interrupted(
        stopped.exit_code() - 128,
        "stopped: this run's training is gone, nothing else; class pictures drawn so far are kept and no "
        "model was changed (with --checkpointing_steps a stopped run can be gone on with)");
  }
}

}  // namespace big
