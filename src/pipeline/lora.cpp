#include "big/pipeline/lora.h"

#include <torch/types.h>

#include "big/core/log.h"
#include "big/core/text.h"
#include "big/networks/adapted_layer.h"

namespace big {
namespace {

/// What waits to be put at one layer.
using Pending = std::map<AdaptedLayer*, std::vector<WeightedAdapter>>;

WeightedAdapter weighted_adapter(const LoraModule& module, const LoraWish& wish) {
  const LowRankTensors tensors{.down = module.down,
                               .up = module.up,
                               .mid = module.mid,
                               .down_2 = module.down_2,
                               .up_2 = module.up_2,
                               .mid_2 = module.mid_2,
                               .outer = module.outer,
                               .magnitude = module.magnitude,
                               .alpha = module.alpha};
  return {LowRank(tensors), module.part == "unet" ? wish.unet_weight : wish.text_encoder_weight};
}

AppliedLora collect(const LoraChoice& choice,
                    const Lora& lora,
                    AdaptedParts& layers,
                    Pending& pending) {
  AppliedLora applied{.wish = choice.wish, .hash = lora.hash, .unmatched = lora.unmatched.size()};
  for (const auto& module : lora.modules) {
    auto adapter = weighted_adapter(module, choice.wish);
    if (adapter.weight == 0) continue;  // nothing, also of a DoRA, whose norm would still count
    pending[layers.at(module.part).at(module.path)].push_back(std::move(adapter));
    ++applied.layers;
  }
  return applied;
}

void say(const AppliedLora& lora, const LoraChoice& choice) {
  log_info(
      concat("LoRA ", lora_tag(lora.wish), " from ", choice.file.string(), ": ", lora.layers, " layers"));
  if (lora.unmatched > 0) {
    log_warning(concat(choice.file.string(), ": ", lora.unmatched,
                       " keys name no layer of this model and were passed over"));
  }
}

}  // namespace

AdaptedParts adapted_parts(const StableDiffusion& model) {
  AdaptedParts parts = {{"unet", adapted_layers(*model.unet)}};
  if (model.text_encoder) parts["text_encoder"] = adapted_layers(*model.text_encoder);
  if (model.text_encoder_2) parts["text_encoder_2"] = adapted_layers(*model.text_encoder_2);
  return parts;
}

LoraTargets lora_targets(const StableDiffusion& model) {
  LoraTargets targets;
  for (const auto& [part, layers] : adapted_parts(model)) {
    LoraTarget target{.part = part};
    for (const auto& [path, layer] : layers) {
      target.weights.emplace(path, layer->base_weight().sizes().vec());
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

std::vector<AppliedLora> apply_loras(StableDiffusion& model,
                                     const std::vector<LoraChoice>& loras,
                                     const LoraOptions& options) {
  if (loras.empty()) return {};
  const torch::NoGradGuard no_grad;
  const auto targets = lora_targets(model);
  AdaptedParts layers = adapted_parts(model);

  std::vector<AppliedLora> applied;
  Pending pending;
  for (const auto& choice : loras) {
    const Lora lora = read_lora(choice.file, targets, options.unmatched);
    applied.push_back(collect(choice, lora, layers, pending));
  }
  for (auto& [layer, adapters] : pending) {
    if (options.placement == AdapterPlacement::kMerged) {
      merge_adapters(*layer, adapters);
      continue;
    }
    for (auto& adapter : adapters) {
      adapter.adapter->to(layer->base_weight().device(), layer->base_weight().scalar_type());
      layer->attach(adapter);
    }
  }
  for (size_t i = 0; i < loras.size(); ++i) say(applied[i], loras[i]);
  return applied;
}

void detach_loras(StableDiffusion& model) {
  for (const auto& [part, layers] : adapted_parts(model)) {
    for (const auto& [path, layer] : layers) layer->detach_adapters();
  }
}

Lora attached_lora(const StableDiffusion& model) {
  Lora lora;
  for (const auto& [part, layers] : adapted_parts(model)) {
    for (const auto& [path, layer] : layers) {
      if (layer->adapters().empty()) continue;
      const auto& tensors = layer->adapters().front().adapter->tensors();
      lora.modules.push_back({.part = part,
                              .path = path,
                              .down = tensors.down.detach(),
                              .up = tensors.up.detach(),
                              .mid = tensors.mid.defined() ? tensors.mid.detach() : tensors.mid,
                              .magnitude =
                                  tensors.magnitude.defined() ? tensors.magnitude.detach() : tensors.magnitude,
                              .alpha = tensors.alpha});
    }
  }
  return lora;
}

}  // namespace big
