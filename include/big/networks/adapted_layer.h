#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "big/networks/low_rank.h"

namespace big {

/// Dropout in front of adapters while they are trained (peft's lora_dropout). Which numbers fall out is a pure
/// function of `seed` and the adapter's `place`, so that a block that is run once more drops the same ones.
struct AdapterDropout {
  double probability = 0;  ///< 0 to below 1
  uint64_t seed = 0;       ///< another one for each forward pass
};

/// An adapter and how much of it counts: 1 as trained, 0 nothing.
struct WeightedAdapter {
  LowRank adapter{nullptr};
  double weight = 1;
  std::shared_ptr<const AdapterDropout> dropout = {};  ///< nothing: none
  uint64_t place = 0;                                  ///< of the layer among those that share the dropout
  double strength() const { return weight * adapter->scale(); }
};

/// Base of the networks' linear layers and convolutions: low-rank adapters can sit beside the weight, any
/// number of them. They belong to whoever attached them and are no part of the network: its parameters, state
/// dict and saved files do not know them, so a frozen network is trained by giving its adapters' parameters
/// gradients. Like peft's LoraLayer, also in their order: LoRAs add up, a DoRA scales what stands before it
/// (with its factor computed from base_weight() alone).
class AdaptedLayer {
 public:
  virtual ~AdaptedLayer() = default;
  /// [out,in] or [out,in,kh,kw].
  virtual torch::Tensor& base_weight() = 0;
  /// From now on forward() adds what `adapter` says. Its tensors must fit base_weight(), on its device.
  void attach(const WeightedAdapter& adapter) { adapters_.push_back(adapter); }
  void detach_adapters() { adapters_.clear(); }
  /// Puts these in the place of its adapters, which it returns.
  std::vector<WeightedAdapter> exchange_adapters(std::vector<WeightedAdapter> others) {
    std::swap(adapters_, others);
    return others;
  }
  const std::vector<WeightedAdapter>& adapters() const { return adapters_; }

 protected:
  /// The layer's answer to x with all adapters, without the bias.
  torch::Tensor adapted(const torch::Tensor& x) { return answer(x, adapters_.size()); }
  /// The layer's operation with another weight and no bias.
  virtual torch::Tensor operate(const torch::Tensor& x, const torch::Tensor& weight) const = 0;
  /// The same with a 1x1 kernel, stride 1.
  virtual torch::Tensor operate_pointwise(const torch::Tensor& x, const torch::Tensor& weight) const = 0;

 private:
  torch::Tensor low_rank(const torch::Tensor& x, const WeightedAdapter& adapter);
  torch::Tensor answer(const torch::Tensor& x, size_t first_adapters);
  std::vector<WeightedAdapter> adapters_;
};

/// The layers below `module` by their path ("down_blocks.0.attentions.0.proj_in"). They live as long as it
/// does.
std::map<std::string, AdaptedLayer*> adapted_layers(Module& module);

/// While this lives, the layers below `module` answer without their adapters.
class WithoutAdapters {
 public:
  explicit WithoutAdapters(Module& module);
  ~WithoutAdapters();
  WithoutAdapters(const WithoutAdapters&) = delete;
  WithoutAdapters& operator=(const WithoutAdapters&) = delete;

 private:
  std::vector<std::pair<AdaptedLayer*, std::vector<WeightedAdapter>>> taken_;
};

/// The module's own parameters and those of the adapters beside its layers.
std::vector<torch::Tensor> parameters_with_adapters(Module& module);

/// Puts the adapters into the layer's weight for good, in at least fp32: the layer then answers as with them
/// attached. The weight gets new memory: a file that it was mapped from stays as it is.
void merge_adapters(AdaptedLayer& layer, const std::vector<WeightedAdapter>& adapters);

}  // namespace big
