#pragma once

#include "big/core/error.h"
#include "big/training/trainer.h"
#include "big/training/validation.h"
#include "checkpoints.h"
#include "run.h"
#include "run_history.h"

namespace big {

/// Stopped by a signal with a checkpoint to go on from.
class StoppedAtCheckpoint : public Interrupted {
 public:
  using Interrupted::Interrupted;
};

/// Trains `model` as the run says, from its resume point if there is one, measures it, and writes its history and checkpoints. After a
/// loss or gradient that is no number it goes back once to the last checkpoint, else to the beginning, with
/// half the learning rate. Throws StoppedAtCheckpoint, or MachineError with what to change where the memory
/// does not do; in all it throws `checkpoints` has its say.
TrainResult train_run(const Run& run,
                      StableDiffusion& model,
                      const TrainingData& data,
                      const ValidationData& validation,
                      RunHistory& history,
                      Checkpoints& checkpoints);

}  // namespace big
