#include "big/networks/adapted_layer.h"

#include <torch/torch.h>

namespace big {
namespace {

/// One number a channel of the weight, shaped to multiply activations: channels are last after a linear
/// layer, second in pictures.
torch::Tensor per_channel(const torch::Tensor& factor) {
  return factor.dim() == 2 ? factor.flatten() : factor.flatten().view({1, -1, 1, 1});
}

/// What the adapter adds to `weight`.
torch::Tensor weight_change(const torch::Tensor& weight, const WeightedAdapter& weighted) {
  const auto& adapter = *weighted.adapter;
  const auto low_rank = weighted.strength() * adapter.product(weight.sizes());
  if (!adapter.tensors().magnitude.defined()) return low_rank;
  return adapter.magnitude_factor(weight, weighted.strength()) * (weight + low_rank) - weight;
}

}  // namespace

torch::Tensor AdaptedLayer::low_rank(const torch::Tensor& x, const WeightedAdapter& adapter) const {
  const auto& [down, up, mid, magnitude, alpha] = adapter.adapter->tensors();
  const auto inner =
      mid.defined() ? operate(operate_pointwise(x, down), mid) : operate(x, down);  // [B,r,h,w] or [...,r]
  return adapter.strength() * operate_pointwise(inner, up);
}

torch::Tensor AdaptedLayer::change(const torch::Tensor& x, const WeightedAdapter& adapter) {
  const auto& low = *adapter.adapter;
  if (!low.tensors().magnitude.defined()) return low_rank(x, adapter);
  const auto weight = base_weight().to(x.scalar_type());
  const auto factor = per_channel(low.magnitude_factor(weight, adapter.strength()));
  if (low.scales_outputs()) return (factor - 1) * operate(x, weight) + factor * low_rank(x, adapter);
  return operate((factor - 1) * x, weight) + low_rank(factor * x, adapter);
}

torch::Tensor AdaptedLayer::with_adapters(torch::Tensor output, const torch::Tensor& x) {
  for (const auto& adapter : adapters_) {
    // Adapters that are trained are fp32 also where the network is in a half type.
    const auto dtype = adapter.adapter->tensors().down.scalar_type();
    output = output + change(x.to(dtype), adapter).to(output.scalar_type());
  }
  return output;
}

std::map<std::string, AdaptedLayer*> adapted_layers(torch::nn::Module& module) {
  std::map<std::string, AdaptedLayer*> layers;
  for (const auto& child : module.named_modules(std::string(), /*include_self=*/false)) {
    if (auto* layer = dynamic_cast<AdaptedLayer*>(child.value().get())) layers.emplace(child.key(), layer);
  }
  return layers;
}

std::vector<torch::Tensor> parameters_with_adapters(torch::nn::Module& module) {
  auto parameters = module.parameters();
  for (const auto& [path, layer] : adapted_layers(module)) {
    for (const auto& adapter : layer->adapters()) {
      const auto more = adapter.adapter->parameters();
      parameters.insert(parameters.end(), more.begin(), more.end());
    }
  }
  return parameters;
}

void merge_adapters(AdaptedLayer& layer, const std::vector<WeightedAdapter>& adapters) {
  const torch::NoGradGuard no_grad;
  auto& weight = layer.base_weight();
  const auto dtype = weight.scalar_type();
  const auto base = weight.to(c10::promoteTypes(dtype, torch::kFloat32));
  auto merged = base;
  for (const auto& adapter : adapters) {
    LowRankTensors exact = adapter.adapter->tensors();
    for (auto* tensor : {&exact.down, &exact.up, &exact.mid, &exact.magnitude}) {
      if (tensor->defined()) *tensor = tensor->to(base.options());
    }
    merged = merged + weight_change(base, {LowRank(exact), adapter.weight});
  }
  weight.set_data(merged.to(dtype));
}

}  // namespace big
