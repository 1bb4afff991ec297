#pragma once

#include <memory>
#include <string>
#include <vector>

#include "batches.h"
#include "prompt_embeddings.h"

namespace big {

/// The model as it was before it is taught: what it says of the class prompt is what the taught one shall go
/// on saying (self-distillation in place of class pictures, as in learning without forgetting, arXiv
/// 1606.09282). Beside adapters it is the same UNet without them, else a copy. Make it before training
/// begins.
class Teacher {
 public:
  /// Encodes the prior prompts of `data` as they are now.
  Teacher(StableDiffusion& model, const TrainingData& data, const TrainOptions& options);
  /// `target` [rows,C,h,w] with its prior half replaced by what the teacher predicts for the prior half of
  /// `x_t`, `timesteps` and `batch`.
  torch::Tensor taught_target(const torch::Tensor& x_t,
                              const torch::Tensor& timesteps,
                              const Batch& batch,
                              const torch::Tensor& target);

 private:
  torch::Tensor predict(const torch::Tensor& x_t, const torch::Tensor& timesteps, const Batch& batch);

  StableDiffusion& model_;
  UNet2DCondition copy_{nullptr};  ///< nothing: the model's own, without its adapters
  PromptEmbeddings embeddings_;
};

/// Nothing where options.prior asks for pictures. Throws UsageError for another word.
std::unique_ptr<Teacher> make_teacher(StableDiffusion& model,
                                      const TrainingData& data,
                                      const TrainOptions& options);

}  // namespace big
