#pragma once

#include <torch/types.h>

#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/training/train_options.h"
#include "parameter_group.h"

namespace big {

/// What of a model is trained, for as long as this lives: the UNet, and the text encoders where asked. Raises
/// them to fp32 (wider stays) and lets gradients flow; the destructor freezes them again and drops the
/// gradients.
class TrainedParts {
 public:
  TrainedParts(StableDiffusion& model, const TrainOptions& options);
  ~TrainedParts();
  TrainedParts(const TrainedParts&) = delete;
  TrainedParts& operator=(const TrainedParts&) = delete;
  /// The UNet's, and the text encoders' with a rate of their own.
  const std::vector<ParameterGroup>& groups() const { return groups_; }
  /// All groups one after the other.
  const std::vector<torch::Tensor>& parameters() const { return parameters_; }
  /// The dtype in which the UNet computes.
  torch::ScalarType dtype() const { return parameters_.front().scalar_type(); }

 private:
  StableDiffusion& model_;
  std::vector<ParameterGroup> groups_;
  std::vector<torch::Tensor> parameters_;
};

}  // namespace big
