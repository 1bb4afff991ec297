#include "big/networks/adapted_layer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

namespace big {
namespace {

/// One number a channel of the weight, shaped to multiply activations: channels are last after a linear
/// layer, second in pictures.
torch::Tensor per_channel(const torch::Tensor& factor) {
  return factor.dim() == 2 ? factor.flatten() : factor.flatten().view({1, -1, 1, 1});
}

/// x with some numbers set to zero and the others raised, so that the mean stays (torch's dropout).
torch::Tensor dropped(const torch::Tensor& x, const WeightedAdapter& adapter) {
  if (!adapter.dropout || adapter.dropout->probability <= 0) return x;
  constexpr uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;  // keeps the seeds of neighbouring layers apart
  const double kept = 1 - adapter.dropout->probability;
  auto generator =
      at::detail::createCPUGenerator(adapter.dropout->seed + kGoldenRatio * (adapter.place + 1));
  const auto mask = torch::empty(x.sizes()).bernoulli_(kept, generator) / kept;
  return x * mask.to(x.options());
}

}  // namespace

torch::Tensor AdaptedLayer::low_rank(const torch::Tensor& x, const WeightedAdapter& adapter) {
  const LowRankImpl& low = *adapter.adapter;
  const auto& tensors = low.tensors();
  // What is trained is fp32, also in a network of a half type.
  const auto in = dropped(x.to(tensors.down.scalar_type()), adapter);
  if (!low.is_chain())
    return (adapter.strength() * operate(in, low.product(base_weight().sizes()))).to(x.scalar_type());
  const auto inner = tensors.mid.defined() ? operate(operate_pointwise(in, tensors.down), tensors.mid)
                                           : operate(in, tensors.down);  // [B,r,h,w] or [...,r]
  return (adapter.strength() * operate_pointwise(inner, tensors.up)).to(x.scalar_type());
}

/// As if the adapters after the first ones were not there.
torch::Tensor AdaptedLayer::answer(const torch::Tensor& x, size_t first_adapters) {
  if (first_adapters == 0) return operate(x, base_weight());
  const size_t before = first_adapters - 1;
  const auto& adapter = adapters_[before];
  const auto& low = *adapter.adapter;
  if (!low.tensors().magnitude.defined()) return answer(x, before) + low_rank(x, adapter);

  const auto factor =
      per_channel(low.magnitude_factor(base_weight(), adapter.strength())).to(x.scalar_type());
  if (low.scales_outputs()) return factor * (answer(x, before) + low_rank(x, adapter));
  const auto scaled = factor * x;
  return answer(scaled, before) + low_rank(scaled, adapter);
}

std::map<std::string, AdaptedLayer*> adapted_layers(Module& module) {
  std::map<std::string, AdaptedLayer*> layers;
  for (const auto& [path, child] : module.named_modules()) {
    if (auto* layer = dynamic_cast<AdaptedLayer*>(child)) layers.emplace(path, layer);
  }
  return layers;
}

WithoutAdapters::WithoutAdapters(Module& module) {
  for (const auto& [path, layer] : adapted_layers(module)) {
    if (!layer->adapters().empty()) taken_.emplace_back(layer, layer->exchange_adapters({}));
  }
}

WithoutAdapters::~WithoutAdapters() {
  for (auto& [layer, adapters] : taken_) layer->exchange_adapters(std::move(adapters));
}

std::vector<torch::Tensor> parameters_with_adapters(Module& module) {
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
  for (const auto& one : adapters) {
    LowRankTensors exact = one.adapter->tensors();
    for (auto* tensor : {&exact.down, &exact.up, &exact.mid, &exact.down_2, &exact.up_2, &exact.mid_2, &exact.outer,
                         &exact.magnitude}) {
      if (tensor->defined()) *tensor = tensor->to(base.options());
    }
    const WeightedAdapter in_base_dtype{LowRank(exact), one.weight};
    const double strength = in_base_dtype.strength();
    merged = merged + strength * in_base_dtype.adapter->product(base.sizes());
    if (exact.magnitude.defined()) {
      merged = in_base_dtype.adapter->magnitude_factor(base, strength) * merged;
    }
  }
  weight.set_data(merged.to(dtype));
}

}  // namespace big
