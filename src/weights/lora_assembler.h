#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "big/weights/lora.h"
#include "lora_keys.h"
#include "lora_names.h"
#include "lora_source.h"

namespace big {

/// The tensors that a file holds for one layer.
struct LoraTensors {
  std::map<LoraSlot, std::pair<std::string, torch::Tensor>> slots;  ///< key and tensor

  bool has(LoraSlot slot) const { return slots.count(slot) != 0; }
  torch::Tensor tensor(LoraSlot slot) const { return has(slot) ? slots.at(slot).second : torch::Tensor(); }
  /// Any of the keys, to name the layer in messages.
  const std::string& a_key() const { return slots.begin()->second.first; }
};

/// Puts the layers together and gathers what is wrong with any of them.
class LoraAssembler {
 public:
  LoraAssembler(const LoraSource& source, std::string where) : source_(source), where_(std::move(where)) {}

  LoraModule module(const LoraNames::Layer& layer, const LoraTensors& found);
  /// Throws InputError where anything is wrong.
  void check(const std::string& guess) const;

 private:
  using Shape = std::vector<int64_t>;

  /// A low-rank pair; undefined tensors where it does not fit its weight.
  struct Pair {
    torch::Tensor up = {}, down = {}, mid = {};
    int64_t rank() const { return down.defined() ? down.size(0) : 0; }
  };
  /// The keys of a pair as LyCORIS' LoHa and LoKr name them.
  struct PairSlots {
    LoraSlot outputs, inputs, middle;
  };

  // LoRA and LoCon
  void fill_low_rank(const LoraNames::Layer& layer, const LoraTensors& found, LoraModule& result);
  // lora_lycoris.cpp
  void fill_hadamard(const LoraNames::Layer& layer, const LoraTensors& found, LoraModule& result);
  void fill_kronecker(const LoraNames::Layer& layer, const LoraTensors& found, LoraModule& result);
  Pair pair(const LoraTensors& found, const PairSlots& slots, const Shape& weight);
  Pair pair_around_middle(const LoraTensors& found, const PairSlots& slots, const Shape& weight, int64_t rank);
  torch::Tensor outer_factor(const LoraTensors& found, const Shape& weight, int64_t& rank);
  Pair whole_inner_factor(const LoraTensors& found, const Shape& inner);

  void misshapen(const std::string& key, const torch::Tensor& tensor, const Shape& expected);
  torch::Tensor checked(const std::string& key, const torch::Tensor& tensor);
  torch::Tensor take(const LoraTensors& found, LoraSlot slot, const Shape& shape);
  torch::Tensor magnitude(const LoraTensors& found, const Shape& weight);
  double alpha(const LoraNames::Layer& layer, const LoraTensors& found, int64_t rank);

  const LoraSource& source_;
  std::string where_;
  std::vector<std::string> problems_;
};

}  // namespace big
