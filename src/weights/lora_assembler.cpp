#include "lora_assembler.h"

#include <cmath>
#include <optional>

#include "big/core/error.h"
#include "big/core/text.h"
#include "listing.h"

namespace big {
namespace {

std::vector<int64_t> without_trailing_ones(c10::IntArrayRef shape) {
  auto result = shape.vec();
  while (result.size() > 1 && result.back() == 1) result.pop_back();
  return result;
}

/// `tensor` in `shape` where that only adds or drops trailing axes of one cell: trainers differ in whether a
/// 1x1 convolution's factors are matrices.
std::optional<torch::Tensor> fitted(const torch::Tensor& tensor, const std::vector<int64_t>& shape) {
  if (without_trailing_ones(tensor.sizes()) != without_trailing_ones(shape)) return std::nullopt;
  return tensor.view(shape);
}

}  // namespace

LoraModule LoraAssembler::module(const LoraNames::Layer& layer, const LoraTensors& found) {
  LoraModule result{.part = layer.part, .path = layer.path};
  if (found.has(LoraSlot::kHadaW1A)) {
    fill_hadamard(layer, found, result);
  } else if (found.has(LoraSlot::kLokrW1) || found.has(LoraSlot::kLokrW1A)) {
    fill_kronecker(layer, found, result);
  } else {
    fill_low_rank(layer, found, result);
  }
  result.magnitude = magnitude(found, layer.shape);
  return result;
}

void LoraAssembler::check(const std::string& guess) const {
  if (problems_.empty()) return;
  throw InputError(
      concat(where_, ": ", first_ten(problems_), guess.empty() ? "" : concat(" (", guess, ")")));
}

void LoraAssembler::fill_low_rank(const LoraNames::Layer& layer,
                                  const LoraTensors& found,
                                  LoraModule& result) {
  const auto down = found.tensor(LoraSlot::kDown), up = found.tensor(LoraSlot::kUp);
  if (!down.defined() || !up.defined()) {
    problems_.push_back(
        concat("'", found.a_key(), "' has no ", down.defined() ? "up" : "down", " weight beside it"));
    return;
  }
  const int64_t rank = down.dim() > 0 ? down.size(0) : 0;
  if (rank < 1) {
    problems_.push_back(concat("'", found.slots.at(LoraSlot::kDown).first, "' has rank 0"));
    return;
  }
  const Shape& weight = layer.shape;
  const bool has_mid = found.has(LoraSlot::kMid);
  Shape down_shape = {rank, weight[1]}, up_shape = {weight[0], rank};
  if (weight.size() == 4) {
    down_shape = has_mid ? Shape{rank, weight[1], 1, 1} : Shape{rank, weight[1], weight[2], weight[3]};
    up_shape = {weight[0], rank, 1, 1};
  }
  result.down = take(found, LoraSlot::kDown, down_shape);
  result.up = take(found, LoraSlot::kUp, up_shape);
  if (has_mid) {
    result.mid = take(found, LoraSlot::kMid,
                      weight.size() == 4 ? Shape{rank, rank, weight[2], weight[3]} : Shape{rank, rank});
  }
  result.alpha = alpha(layer, found, rank);
}

void LoraAssembler::misshapen(const std::string& key,
                              const torch::Tensor& tensor,
                              const Shape& expected) {
  problems_.push_back(
      concat("'", key, "' is ", shape_text(tensor.sizes()), ", expected ", shape_text(expected)));
}

torch::Tensor LoraAssembler::checked(const std::string& key, const torch::Tensor& tensor) {
  if (!tensor.is_floating_point()) {
    problems_.push_back(
        concat("'", key, "' holds ", tensor.scalar_type(), ", expected floating-point numbers"));
  } else if (!tensor.to(torch::kFloat64).isfinite().all().item<bool>()) {
    problems_.push_back(concat("'", key, "' holds numbers that are not finite"));
  }
  return tensor;
}

torch::Tensor LoraAssembler::take(const LoraTensors& found, LoraSlot slot, const Shape& shape) {
  const auto& [key, tensor] = found.slots.at(slot);
  const auto result = fitted(tensor, shape);
  if (!result) misshapen(key, tensor, shape);
  return checked(key, result.value_or(tensor));
}

/// The magnitudes beside the axis of the weight that they run along. PEFT: outputs, as [out] or
/// [1,out,1,1]. LyCORIS' dora_scale: [out,1...] or [1,in,1...]; where in = out the latter means inputs.
torch::Tensor LoraAssembler::magnitude(const LoraTensors& found, const Shape& weight) {
  Shape outputs(weight.size(), 1), inputs(weight.size(), 1);
  outputs[0] = weight[0];
  inputs[1] = weight[1];
  if (found.has(LoraSlot::kMagnitude)) {
    const auto& [key, tensor] = found.slots.at(LoraSlot::kMagnitude);
    if (tensor.numel() == weight[0]) return checked(key, tensor).view(outputs);
    misshapen(key, tensor, {weight[0]});
  }
  if (found.has(LoraSlot::kDoraScale)) {
    const auto& [key, tensor] = found.slots.at(LoraSlot::kDoraScale);
    if (const auto fits = fitted(tensor, outputs)) return checked(key, *fits);
    if (const auto fits = fitted(tensor, inputs)) return checked(key, *fits);
    if (tensor.numel() == weight[0]) return checked(key, tensor).view(outputs);
    misshapen(key, tensor, outputs);
  }
  return {};
}

double LoraAssembler::alpha(const LoraNames::Layer& layer, const LoraTensors& found, int64_t rank) {
  if (found.has(LoraSlot::kAlpha)) {
    const auto& [key, tensor] = found.slots.at(LoraSlot::kAlpha);
    if (tensor.numel() != 1) {
      misshapen(key, tensor, {});
      return 0;
    }
    const double value = tensor.item<double>();
    if (!std::isfinite(value)) problems_.push_back(concat("'", key, "' is ", value));
    return value;
  }
  for (const auto& part : {layer.part, std::string()}) {
    const auto config = source_.configs.find(part);
    if (config != source_.configs.end()) return config->second.alpha_of(layer.path, rank);
  }
  return static_cast<double>(rank);
}

}  // namespace big
