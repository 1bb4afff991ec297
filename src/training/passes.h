#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "batches.h"
#include "big/training/trainer.h"
#include "loss.h"
#include "prompt_embeddings.h"
#include "teacher.h"
#include "trained_parts.h"

namespace big {

/// One run's forward and backward passes.
class Passes {
 public:
  Passes(StableDiffusion& model,
         const TrainingData& data,
         const TrainOptions& options,
         const TrainHooks& hooks,
         TrainedParts& trained);

  /// Adds the gradients of pass `pass` to the parameters'; returns its loss. Throws NotFinite for a loss that
  /// is no number, naming picture, timestep and layer.
  double run(int64_t pass);

  /// From now on what belongs to the text encoders stays as it is.
  void stop_text();

  /// The pictures of the passes since the last call of forget_rows(), each with its timestep.
  std::vector<std::string> rows() const;
  void forget_rows() { rows_.clear(); }

  /// Of all rows so far.
  const std::map<std::string, KindLoss>& losses_by_kind() const { return losses_by_kind_; }

 private:
  struct RowsOfPass {
    std::vector<std::string> names;
    torch::Tensor timesteps;
  };
  StepDraws draws(int64_t pass, at::IntArrayRef latent_shape);
  torch::Tensor noise_of(const StepDraws& draws) const;
  /// The UNet's answer for some rows of a batch.
  torch::Tensor predict(const torch::Tensor& x_t, const torch::Tensor& t, const Batch& batch);
  void note_losses(const Batch& batch, const LossRows& rows);
  [[noreturn]] void throw_not_finite(int64_t pass,
                                     const Batch& batch,
                                     const torch::Tensor& x_t,
                                     const LossRows& rows);

  StableDiffusion& model_;
  const TrainOptions& options_;
  const TrainHooks& hooks_;
  TrainedParts& trained_;
  torch::ScalarType dtype_;
  Batches batches_;
  PromptEmbeddings embeddings_;
  DreamboothLoss loss_;
  std::unique_ptr<Teacher> teacher_;
  std::vector<RowsOfPass> rows_;
  std::map<std::string, KindLoss> losses_by_kind_;
};

}  // namespace big
