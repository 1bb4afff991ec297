#pragma once

#include <optional>
#include <string>

namespace big {

/// What a tensor of a LoRA file is to its layer.
enum class LoraSlot {
  kDown,
  kUp,
  kMid,
  kAlpha,
  kDoraScale,
  kMagnitude,
  // LoHa: two pairs w1, w2 of outputs (a) and inputs (b), and their middles
  kHadaW1A,
  kHadaW1B,
  kHadaW2A,
  kHadaW2B,
  kHadaT1,
  kHadaT2,
  // LoKr: two factors, each whole or as a product of two
  kLokrW1,
  kLokrW1A,
  kLokrW1B,
  kLokrW2,
  kLokrW2A,
  kLokrW2B,
  kLokrT2
};

/// A key of a LoRA file: "lora_unet_mid_block_attentions_0_proj_in" + ".lora_down.weight".
struct LoraKey {
  std::string module;  ///< as the file spells it
  LoraSlot slot;
};

/// Tells the layer's name and the tensor's role apart, in the spellings of kohya, diffusers (new and old) and
/// PEFT (with or without an adapter's name: `.lora_A.default.weight`). Nothing for a key that is no LoRA's.
std::optional<LoraKey> split_lora_key(const std::string& key);

}  // namespace big
