#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "adamw.h"

namespace big {

/// Parameters that share one weight decay.
struct DecayGroup {
  std::vector<torch::Tensor> parameters;
  double weight_decay = 0.01;
};

/// How a stage of the starter's training goes: its rate warms up, stays, and falls along half a cosine.
struct StageOptions {
  int64_t steps = 10000;
  double learning_rate = 1e-3;
  double hold_share = 0.4;   ///< part of the steps before the rate falls
  int64_t save_every = 500;  ///< steps between checkpoints
};

/// Weights in training, their moving average (what is kept in the end), and the optimiser. A checkpoint holds
/// weights and average; the optimiser starts afresh after a stop, as it does at the beginning of a stage, and
/// the rate warms up again.
class AveragedTraining {
 public:
  AveragedTraining(std::vector<DecayGroup> groups, const StageOptions& options);
  bool done() const { return steps_ >= options_.steps; }
  int64_t steps() const { return steps_; }
  double learning_rate() const;
  /// One update with the gathered gradients, clipped to norm 1 together.
  void step();
  void save(const std::filesystem::path& file) const;
  /// Goes on from `file` if it is there.
  void resume(const std::filesystem::path& file);
  /// Runs `work` while the parameters hold their average.
  void with_average(const std::function<void()>& work);

 private:
  StageOptions options_;
  std::vector<torch::Tensor> parameters_, average_;
  std::vector<std::unique_ptr<AdamW>> optimisers_;
  int64_t steps_ = 0, first_step_ = 0;
};

}  // namespace big
