#include "trained_parts.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/pipeline/lora.h"
#include "new_adapters.h"
#include "new_word.h"

namespace big {

namespace {

/// Half precision loses updates that are small beside the weight: what is trained is fp32 at least.
void raise_to_fp32(Module& module, torch::ScalarType at_least) {
  torch::NoGradGuard no_grad;
  module.to(c10::promoteTypes(at_least, torch::kFloat32));
}

/// The model's text encoders by the names of their parts.
std::vector<std::pair<std::string, ClipTextModel>> text_encoders(const StableDiffusion& model) {
  std::vector<std::pair<std::string, ClipTextModel>> encoders;
  if (model.text_encoder) encoders.emplace_back("text_encoder", model.text_encoder);
  if (model.text_encoder_2) encoders.emplace_back("text_encoder_2", model.text_encoder_2);
  return encoders;
}

void add_parameters(ParameterGroup& group, const std::string& part, const Module& module) {
  for (const auto& [name, parameter] : module.named_parameters())
    group.parameters.emplace_back(concat(part, ".", name), parameter);
}

double text_rate(const TrainOptions& options) {
  return options.text_encoder_lr < 0 ? options.learning_rate : options.text_encoder_lr;
}

void check_part_options(const TrainOptions& options) {
  if (!(options.text_encoder_stop >= 0 && options.text_encoder_stop <= 1))
    throw UsageError(concat("text_encoder_stop is ", options.text_encoder_stop, ", expected 0 to 1"));
}

}  // namespace

TrainedParts::TrainedParts(StableDiffusion& model, const TrainOptions& options) : model_(model) {
  check_part_options(options);
  const TrainMethod method = parse_train_method(options.method);
  if (method == TrainMethod::kFull) add_weights(options);
  if (teaches_adapters(method)) add_adapters(options);
  if (teaches_word(method)) add_word(options);
  std::erase_if(groups_, [](const ParameterGroup& group) { return group.parameters.empty(); });
  for (auto& group : groups_) {
    for (auto& [name, parameter] : group.parameters) parameter.requires_grad_(true);
  }
  model.unet->set_gradient_checkpointing(options.gradient_checkpointing);
  model.unet->set_rows_apart(dropout() == 0);  // what is dropped is drawn for all rows together
}

void TrainedParts::add_weights(const TrainOptions& options) {
  raise_to_fp32(*model_.unet, network_dtype());
  groups_.push_back({.parameters = {}, .learning_rate = options.learning_rate});
  add_parameters(groups_.back(), "unet", *model_.unet);
  if (!options.train_text_encoder) return;

  groups_.push_back({.parameters = {}, .learning_rate = text_rate(options), .reads_text = true});
  auto& text = groups_.back();
  for (const auto& [part, encoder] : text_encoders(model_)) {
    // One dtype with the UNet: the optimiser's kernel takes lists of one kind.
    raise_to_fp32(*encoder, network_dtype());
    add_parameters(text, part, *encoder);
  }
  // What no picture depends on has no gradient: weight decay alone would wear it away.
  std::erase_if(text.parameters, [&](const auto& item) { return !is_read(model_, item.first); });
}

void TrainedParts::add_adapters(const TrainOptions& options) {
  dropout_->probability = options.lora.dropout;
  attach_new_adapters(model_, options, dropout_);
  ParameterGroup unet{.parameters = {}, .learning_rate = options.learning_rate};
  ParameterGroup text{.parameters = {}, .learning_rate = text_rate(options), .reads_text = true};
  for (const auto& [part, layers] : adapted_parts(model_)) {
    const bool is_unet = part == "unet";
    if (!is_unet && !options.train_text_encoder) continue;
    for (const auto& [path, layer] : layers) {
      const std::string name = concat(part, ".", path);
      if (!is_read(model_, name)) continue;
      for (const auto& adapter : layer->adapters()) add_parameters(is_unet ? unet : text, name, *adapter.adapter);
    }
  }
  groups_ = {unet, text};
}

void TrainedParts::add_word(const TrainOptions& options) {
  const bool alone = parse_train_method(options.method) == TrainMethod::kTextualInversion;
  if (alone) detach_loras(model_);
  const bool own_rate = !alone && options.word.learning_rate >= 0;
  const double rate = own_rate ? options.word.learning_rate : options.learning_rate;
  groups_.push_back(
      {.parameters = attach_new_word(model_, options), .learning_rate = rate, .reads_text = true});
}

torch::ScalarType TrainedParts::network_dtype() const {
  return model_.unet->parameters().front().scalar_type();
}

std::vector<torch::Tensor> TrainedParts::parameters() const {
  std::vector<torch::Tensor> parameters;
  for (const auto& group : groups_) {
    if (group.reads_text && text_stopped_) continue;
    for (const auto& [name, parameter] : group.parameters) parameters.push_back(parameter);
  }
  return parameters;
}

bool TrainedParts::teaches_text() const {
  return !text_stopped_ && std::any_of(groups_.begin(), groups_.end(),
                                       [](const ParameterGroup& group) { return group.reads_text; });
}

void TrainedParts::stop_text() {
  text_stopped_ = true;
  for (auto& group : groups_) {
    if (!group.reads_text) continue;
    for (auto& [name, parameter] : group.parameters) parameter.requires_grad_(false);
  }
}

TrainedParts::~TrainedParts() {
  set_dropout(0);  // the adapters stay, and are asked for their answers from now on
  for (auto& group : groups_) {
    for (auto& [name, parameter] : group.parameters) {
      parameter.requires_grad_(false);
      parameter.mutable_grad().reset();
    }
  }
  model_.unet->set_gradient_checkpointing(false);
  model_.unet->set_rows_apart(true);
}

}  // namespace big
