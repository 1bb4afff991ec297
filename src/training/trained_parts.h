#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

#include "big/networks/adapted_layer.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/training/train_options.h"
#include "parameter_group.h"

namespace big {

/// What of a model is taught, for as long as this lives. Method full: the UNet, and the text encoders where
/// asked, raised to fp32 (wider stays). The others leave the weights as they are and put adapters or a new
/// word beside them, which stay there when this ends (attached_lora, attached_word). Lets gradients flow; the
/// destructor freezes everything again and drops the gradients.
class TrainedParts {
 public:
  TrainedParts(StableDiffusion& model, const TrainOptions& options);
  ~TrainedParts();
  TrainedParts(const TrainedParts&) = delete;
  TrainedParts& operator=(const TrainedParts&) = delete;
  const std::vector<ParameterGroup>& groups() const { return groups_; }
  /// All that is still taught.
  std::vector<torch::Tensor> parameters() const;
  /// True while gradients must reach the text encoders.
  bool teaches_text() const;
  /// From now on what belongs to the text encoders stays as it is.
  void stop_text();
  /// What is dropped in front of adapters from now on.
  void set_dropout_seed(uint64_t seed) { dropout_->seed = seed; }
  /// The share that is dropped, 0 to below 1.
  double dropout() const { return dropout_->probability; }
  void set_dropout(double probability) { dropout_->probability = probability; }
  /// The dtype of the losses: at least fp32.
  torch::ScalarType dtype() const { return groups_.front().parameters.front().second.scalar_type(); }
  /// The dtype in which the UNet computes.
  torch::ScalarType network_dtype() const;

 private:
  void add_weights(const TrainOptions& options);
  void add_adapters(const TrainOptions& options);
  void add_word(const TrainOptions& options);

  StableDiffusion& model_;
  std::shared_ptr<AdapterDropout> dropout_ = std::make_shared<AdapterDropout>();
  std::vector<ParameterGroup> groups_;
  bool text_stopped_ = false;
};

}  // namespace big
