#include "training_run.h"

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "preview_pictures.h"

namespace big {
namespace {

/// One attempt from `start` to the end.
TrainResult train_from(const Run& run,
                       StableDiffusion& model,
                       const TrainingData& data,
                       const ValidationData& validation,
                       TrainingState& start,
                       RunHistory& history,
                       Checkpoints& checkpoints) {
  history.begin(start);
  TrainHooks hooks;
  hooks.measure = [&](int64_t step, const std::vector<Measurement>& before) {
    history.add(measure(model, validation, run.options.train.seed, step, before));
    if (!run.options.validation_prompt.empty()) draw_previews(run, model, step, history.previews());
    return history.measurements().back();
  };
  hooks.resume = &start;
  hooks.checkpoint = [&](const TrainingState& state) {
    // Taken over long since; they hold the disk space of a checkpoint that may go now.
    start.tensors.clear();
    checkpoints.write(model, state);
  };
  try {
    const auto watched = [&](const Progress& update) {
      history.add_update(update.done, update.loss.value_or(0));
      report(run.progress, update);
    };
    return train(model, data, run.options.train, watched, hooks);
  } catch (const NotFinite&) {  // a MachineError too, which train_run() goes back for
    throw;
  } catch (const MachineError& error) {  // a disk that is full costs what came after the last checkpoint
    throw MachineError(error.what() + checkpoints.note());
  } catch (...) {
    rethrow_with_memory_advice(run.options.train, checkpoints.note());
  }
}

/// Where the run goes on after what `error` says, with half the rate; throws it where that was done before.
TrainingState go_back(const NotFinite& error, const TrainingState& start, const Checkpoints& checkpoints) {
  if (start.rate_factor < 1) {
    throw NotFinite(concat(error.what(), ". It had gone back with half the learning rate once already: give a ",
                           "lower --learning_rate, or look at that photo", checkpoints.note()));
  }
  const bool kept = !checkpoints.last().empty();
  log_warning(concat(error.what(), "; going back to ",
                     kept ? checkpoints.last().filename().string() : "the beginning",
                     ", from where on the learning rate is halved"));
  TrainingState back;
  if (kept) back = load_training_state(checkpoints.last()).state;
  back.rate_factor = start.rate_factor / 2;
  return back;
}

}  // namespace

TrainResult train_run(const Run& run,
                      StableDiffusion& model,
                      const TrainingData& data,
                      const ValidationData& validation,
                      RunHistory& history,
                      Checkpoints& checkpoints) {
  TrainingState start;
  if (run.resume) start = load_training_state(run.resume->folder).state;
  if (run.resume) {
    log_info(concat("going on from ", run.resume->folder.string(), ": ", start.step, " of ",
                    run.options.train.max_train_steps, " updates are done"));
  }
  try {
    for (;;) {
      try {
        return train_from(run, model, data, validation, start, history, checkpoints);
      } catch (const NotFinite& error) {
        start = go_back(error, start, checkpoints);
      }
      model = load_model(run.start_folder, run.load);
    }
  } catch (const Interrupted& stopped) {
    if (checkpoints.last().empty()) throw;
    throw StoppedAtCheckpoint(stopped.exit_code() - 128, "stopped" + checkpoints.note());
  }
}

}  // namespace big
