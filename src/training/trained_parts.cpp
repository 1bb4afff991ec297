#include "trained_parts.h"

namespace big {

namespace {

/// Half precision loses updates that are small beside the weight: what is trained is fp32 at least.
void raise_to_fp32(Module& module, torch::ScalarType at_least) {
  torch::NoGradGuard no_grad;
  module.to(c10::promoteTypes(at_least, torch::kFloat32));
}

/// Of each text encoder what the picture depends on. The rest (SDXL reads the first encoder before its last
/// layer) has no gradient: weight decay alone would wear it away.
std::vector<torch::Tensor> taught_parameters_of_encoders(StableDiffusion& model, torch::ScalarType dtype) {
  // One dtype with the UNet: the optimiser's kernel takes lists of one kind.
  raise_to_fp32(*model.text_encoder, dtype);
  if (!model.text_encoder_2) return model.text_encoder->parameters();
  raise_to_fp32(*model.text_encoder_2, dtype);
  auto parameters = model.text_encoder->penultimate_parameters();
  for (const auto& parameter : model.text_encoder_2->parameters()) parameters.push_back(parameter);
  return parameters;
}

}  // namespace

TrainedParts::TrainedParts(StableDiffusion& model, const TrainOptions& options) : model_(model) {
  raise_to_fp32(*model.unet, model.unet->parameters().front().scalar_type());
  parameters_ = model.unet->parameters();
  if (options.train_text_encoder) {
    for (const auto& parameter : taught_parameters_of_encoders(model, dtype()))
      parameters_.push_back(parameter);
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
