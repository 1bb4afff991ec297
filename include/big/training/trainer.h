#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "big/core/error.h"
#include "big/core/progress.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/training/measurement.h"
#include "big/training/train_options.h"
#include "big/training/training_data.h"
#include "big/training/training_state.h"

namespace big {

/// The random numbers of one forward pass, all pure functions of (seed, pass), so that a run can be repeated.
/// Rows: the instance half, then the prior half.
struct StepDraws {
  torch::Tensor latent_noise;  ///< [2B,C,h,w]: picks the latent out of the VAE's distribution
  torch::Tensor noise;         ///< [2B,C,h,w]
  torch::Tensor timesteps;     ///< [2B] int64
  torch::Tensor offset_noise = {};  ///< [2B,C,1,1], for noise_offset; undefined: none
};

/// The loss of some rows.
struct KindLoss {
  int64_t rows = 0;
  double mean = 0;
};

struct TrainResult {
  int64_t steps = 0;           ///< updates done: fewer than asked for where the run stopped early
  double final_loss = 0;       ///< mean of the last tenth of the updates
  std::vector<double> losses;  ///< one an update: the mean over its forward passes
  int64_t kept_step = 0;       ///< updates of the weights that the model is left with
  std::vector<Measurement> measurements = {};
  double seconds = 0;
  /// By Example::kind, weights and masks left out; of the rows since the start, or since the run was gone on with.
  std::map<std::string, KindLoss> losses_by_kind;
};

/// A loss or a gradient that is no finite number, with the picture, timestep and layer at fault.
class NotFinite : public MachineError {
 public:
  using MachineError::MachineError;
};

struct TrainHooks {
  /// Tests: given numbers instead of drawn ones.
  std::function<StepDraws(int64_t pass, at::IntArrayRef latent_shape)> draws = {};
  /// Called every checkpointing_steps updates (not after the last), and when a signal ends the run where those
  /// are set, with all that resume needs; `model` is meanwhile what would be kept if the run ended now. The
  /// tensors are the run's own: to be written at once.
  std::function<void(const TrainingState&)> checkpoint = {};
  /// Called before the first update, every validation_steps updates and after the last; `model` is meanwhile what
  /// would be kept if the run ended now. `before`: what it returned so far, before a resume too. Must draw no random
  /// numbers of libtorch's own generator. Nothing: nothing is measured, and the last weights are kept.
  std::function<Measurement(int64_t step, const std::vector<Measurement>& before)> measure = {};
  /// Where an equal run stood, to go on from (its rate_factor alone where it has no step yet).
  const TrainingState* resume = nullptr;
};

/// DreamBooth's training loop (arXiv 2208.12242): for each update `gradient_accumulation_steps` forward
/// passes over train_batch_size instance and as many prior rows in one batch; loss = mse(instance) +
/// prior_loss_weight * mse(prior) and what options change in it; clip, optimiser, learning-rate schedule, moving
/// average. The step of diffusers'
/// train_dreambooth.py, for SDXL with the conditions of train_dreambooth_lora_sdxl.py (but every row has its
/// own sizes, class pictures too); what is trained is fp32 (or the model's dtype if wider). Frozen text
/// encoders run once per prompt. `model` is trained in place; on any exception its weights are to be thrown
/// away. Progress: one step an update with the loss. Throws Interrupted within a step, and NotFinite
/// before a loss or a gradient that is none can reach the weights.
TrainResult train(StableDiffusion& model,
                  const TrainingData& data,
                  const TrainOptions& options,
                  const ProgressFn& progress = {},
                  const TrainHooks& hooks = {});

}  // namespace big
