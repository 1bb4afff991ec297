#include "trained_parts.h"

namespace big {

namespace {

/// Half precision loses updates that are small beside the weight: what is trained is fp32 at least.
void raise_to_fp32(torch::nn::Module& module, torch::ScalarType at_least) {
  torch::NoGradGuard no_grad;
  module.to(c10::promoteTypes(at_least, torch::kFloat32));
}

}  // namespace

TrainedParts::TrainedParts(StableDiffusion& model, const TrainOptions& options) : model_(model) {
  raise_to_fp32(*model.unet, model.unet->parameters().front().scalar_type());
  parameters_ = model.unet->parameters();
  if (options.train_text_encoder) {
    // One dtype for both: the optimiser's kernel takes lists of one kind.
    raise_to_fp32(*model.text_encoder, dtype());
    for (const auto& parameter : model.text_encoder->parameters()) parameters_.push_back(parameter);
  }
  for (auto& parameter : parameters_) parameter.requires_grad_(true);
  model.unet->set_gradient_checkpointing(options.gradient_checkpointing);
}

TrainedParts::~TrainedParts() {
  for (auto& parameter : parameters_) {
    parameter.requires_grad_(false);
    parameter.mutable_grad().reset();
  }
  model_.unet->set_gradient_checkpointing(false);
}

}  // namespace big
