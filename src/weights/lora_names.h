#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "big/weights/lora.h"

namespace big {

/// Finds the layer that a LoRA file means. Some files write every dot of a path as an underscore, which
/// cannot be undone by looking at the name; so every layer is entered under all the names it may have, with
/// underscores for dots, and names are looked up whole.
class LoraNames {
 public:
  struct Layer {
    std::string part, path;
    std::vector<int64_t> shape;  ///< of its weight
  };
  explicit LoraNames(const LoraTargets& targets);
  /// `module` without the tensor's role ("lora_te_text_model_encoder_layers_0_mlp_fc1"), or nullptr.
  const Layer* find(const std::string& module) const;

 private:
  using Names = std::unordered_map<std::string, Layer>;
  std::map<std::string, Names> parts_;
};

/// "a.b_c" -> "a_b_c".
std::string underscored(std::string path);

}  // namespace big
