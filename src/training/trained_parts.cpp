#include "trained_parts.h"

#include <algorithm>

namespace big {

namespace {

/// Half precision loses updates that are small beside the weight: what is trained is fp32 at least.
void raise_to_fp32(Module& module, torch::ScalarType at_least) {
  torch::NoGradGuard no_grad;
  module.to(c10::promoteTypes(at_least, torch::kFloat32));
}

void append_parameters(const std::string& part, const Module& module, NamedTensors& named) {
  for (const auto& item : module.named_parameters()) named.emplace_back(part + "." + item.first, item.second);
}

/// Of SDXL's first text encoder, which is read before its last layer, what the picture depends on. The rest
/// has no gradient: weight decay alone would wear it away.
void append_read_parameters(StableDiffusion& model, NamedTensors& named) {
  const auto read = model.text_encoder->penultimate_parameters();
  NamedTensors all;
  append_parameters("text_encoder", *model.text_encoder, all);
  for (const auto& item : all) {
    const bool is_read = std::any_of(read.begin(), read.end(),
                                     [&](const torch::Tensor& tensor) { return tensor.is_same(item.second); });
    if (is_read) named.push_back(item);
  }
}

NamedTensors parameters_of_encoders(StableDiffusion& model, torch::ScalarType dtype) {
  NamedTensors named;
  // One dtype with the UNet: AdamW's kernel takes lists of one kind.
  raise_to_fp32(*model.text_encoder, dtype);
  if (!model.text_encoder_2) {
    append_parameters("text_encoder", *model.text_encoder, named);
    return named;
  }
  raise_to_fp32(*model.text_encoder_2, dtype);
  append_read_parameters(model, named);
  append_parameters("text_encoder_2", *model.text_encoder_2, named);
  return named;
}

}  // namespace

TrainedParts::TrainedParts(StableDiffusion& model, const TrainOptions& options) : model_(model) {
  raise_to_fp32(*model.unet, model.unet->parameters().front().scalar_type());
  ParameterGroup unet{{}, options.learning_rate};
  append_parameters("unet", *model.unet, unet.parameters);
  groups_.push_back(std::move(unet));
  if (options.train_text_encoder) {
    const double rate = options.text_encoder_lr < 0 ? options.learning_rate : options.text_encoder_lr;
    const auto dtype = groups_.front().parameters.front().second.scalar_type();
    groups_.push_back({parameters_of_encoders(model, dtype), rate});
  }
  for (const auto& group : groups_)
    for (const auto& [name, parameter] : group.parameters) parameters_.push_back(parameter);
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
