#include <torch/types.h>

#include <cmath>
#include <optional>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/lora.h"
#include "listing.h"
#include "lora_keys.h"
#include "lora_names.h"
#include "lora_problems.h"
#include "lora_source.h"

namespace big {
namespace {

using Shape = std::vector<int64_t>;

/// The tensors that a file holds for one layer.
struct Found {
  std::map<LoraSlot, std::pair<std::string, torch::Tensor>> slots;  ///< key and tensor

  torch::Tensor tensor(LoraSlot slot) const {
    const auto at = slots.find(slot);
    return at == slots.end() ? torch::Tensor() : at->second.second;
  }
};

Shape without_trailing_ones(c10::IntArrayRef shape) {
  Shape result = shape.vec();
  while (result.size() > 1 && result.back() == 1) result.pop_back();
  return result;
}

/// `tensor` in `shape` where that only adds or drops trailing axes of one cell: trainers differ in whether a
/// 1x1 convolution's factors are matrices.
std::optional<torch::Tensor> fitted(const torch::Tensor& tensor, const Shape& shape) {
  if (without_trailing_ones(tensor.sizes()) != without_trailing_ones(shape)) return std::nullopt;
  return tensor.view(shape);
}

/// Puts the layers together and gathers what is wrong with any of them.
class Assembler {
 public:
  Assembler(const LoraSource& source, std::string where) : source_(source), where_(std::move(where)) {}

  LoraModule module(const LoraNames::Layer& layer, const Found& found) {
    LoraModule result{.part = layer.part, .path = layer.path};
    const auto down = found.tensor(LoraSlot::kDown), up = found.tensor(LoraSlot::kUp);
    if (!down.defined() || !up.defined()) {
      const auto& have = found.slots.begin()->second.first;
      problems_.push_back(
          concat("'", have, "' has no ", down.defined() ? "up" : "down", " weight beside it"));
      return result;
    }
    const int64_t rank = down.dim() > 0 ? down.size(0) : 0;
    if (rank < 1) {
      problems_.push_back(concat("'", found.slots.at(LoraSlot::kDown).first, "' has rank 0"));
      return result;
    }
    const Shape& weight = layer.shape;
    const bool has_mid = found.tensor(LoraSlot::kMid).defined();
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
    result.magnitude = magnitude(found, weight);
    result.alpha = alpha(layer, found, rank);
    return result;
  }

  /// Throws InputError where anything is wrong.
  void check(const std::string& guess) const {
    if (problems_.empty()) return;
    throw InputError(
        concat(where_, ": ", first_ten(problems_), guess.empty() ? "" : concat(" (", guess, ")")));
  }

 private:
  void misshapen(const std::string& key, const torch::Tensor& tensor, const Shape& expected) {
    problems_.push_back(
        concat("'", key, "' is ", shape_text(tensor.sizes()), ", expected ", shape_text(expected)));
  }

  torch::Tensor checked(const std::string& key, const torch::Tensor& tensor) {
    if (!tensor.is_floating_point()) {
      problems_.push_back(
          concat("'", key, "' holds ", tensor.scalar_type(), ", expected floating-point numbers"));
    } else if (!tensor.to(torch::kFloat64).isfinite().all().item<bool>()) {
      problems_.push_back(concat("'", key, "' holds numbers that are not finite"));
    }
    return tensor;
  }

  torch::Tensor take(const Found& found, LoraSlot slot, const Shape& shape) {
    const auto& [key, tensor] = found.slots.at(slot);
    const auto result = fitted(tensor, shape);
    if (!result) misshapen(key, tensor, shape);
    return checked(key, result.value_or(tensor));
  }

  /// The magnitudes beside the axis of the weight that they run along. PEFT: outputs, as [out] or
  /// [1,out,1,1]. LyCORIS' dora_scale: [out,1...] or [1,in,1...]; where in = out the latter means inputs.
  torch::Tensor magnitude(const Found& found, const Shape& weight) {
    Shape outputs(weight.size(), 1), inputs(weight.size(), 1);
    outputs[0] = weight[0];
    inputs[1] = weight[1];
    if (found.slots.count(LoraSlot::kMagnitude)) {
      const auto& [key, tensor] = found.slots.at(LoraSlot::kMagnitude);
      if (tensor.numel() == weight[0]) return checked(key, tensor).view(outputs);
      misshapen(key, tensor, {weight[0]});
    }
    if (found.slots.count(LoraSlot::kDoraScale)) {
      const auto& [key, tensor] = found.slots.at(LoraSlot::kDoraScale);
      if (const auto fits = fitted(tensor, outputs)) return checked(key, *fits);
      if (const auto fits = fitted(tensor, inputs)) return checked(key, *fits);
      if (tensor.numel() == weight[0]) return checked(key, tensor).view(outputs);
      misshapen(key, tensor, outputs);
    }
    return {};
  }

  double alpha(const LoraNames::Layer& layer, const Found& found, int64_t rank) {
    if (found.slots.count(LoraSlot::kAlpha)) {
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

  const LoraSource& source_;
  std::string where_;
  std::vector<std::string> problems_;
};

[[noreturn]] void refuse_unmatched(const std::string& where,
                                   const std::vector<std::string>& keys,
                                   size_t all,
                                   const std::string& guess) {
  throw InputError(
      concat(where, ": ", keys.size(), " of ", all, " keys name no layer of this model: ", first_ten(keys),
             guess.empty() ? "" : concat(" (", guess, ")"), "; --lora_ignore_unmatched passes over them"));
}

}  // namespace

Lora read_lora(const std::filesystem::path& path, const LoraTargets& targets, UnmatchedKeys unmatched) {
  const torch::NoGradGuard no_grad;
  const LoraSource source = read_lora_source(path);
  const std::string where = path.string();
  const LoraNames names(targets);
  Lora lora{.path = path, .hash = source.hash, .metadata = source.metadata};

  std::map<std::pair<std::string, std::string>, std::pair<const LoraNames::Layer*, Found>> layers;
  for (const auto& [key, tensor] : source.tensors) {
    const auto split = split_lora_key(key);
    const auto* layer = split ? names.find(split->module) : nullptr;
    if (!layer) {
      lora.unmatched.push_back(key);
      continue;
    }
    auto& [known, found] = layers[{layer->part, layer->path}];
    known = layer;
    const auto [other, added] = found.slots.emplace(split->slot, std::pair(key, tensor));
    if (!added) {
      throw InputError(concat(where, ": '", other->second.first, "' and '", key,
                              "' mean the same layer; a file may hold one LoRA only"));
    }
  }
  if (!lora.unmatched.empty() && (unmatched == UnmatchedKeys::kRefuse || layers.empty())) {
    refuse_unmatched(where, lora.unmatched, source.tensors.size(), guess_lora_mismatch(source, targets));
  }
  if (layers.empty()) throw InputError(concat(where, ": holds no tensor"));

  Assembler assembler(source, where);
  for (const auto& [name, layer] : layers) {
    lora.modules.push_back(assembler.module(*layer.first, layer.second));
  }
  assembler.check(guess_lora_mismatch(source, targets));
  return lora;
}

}  // namespace big
