#include "lora_keys.h"

#include <array>
#include <string_view>

namespace big {
namespace {

struct Ending {
  std::string_view text;
  LoraSlot slot;
};

constexpr std::array kEndings = {
    // kohya, LyCORIS
    Ending{".lora_down.weight", LoraSlot::kDown},
    Ending{".lora_up.weight", LoraSlot::kUp},
    Ending{".lora_mid.weight", LoraSlot::kMid},
    Ending{".alpha", LoraSlot::kAlpha},
    Ending{".dora_scale", LoraSlot::kDoraScale},
    Ending{".hada_w1_a", LoraSlot::kHadaW1A},
    Ending{".hada_w1_b", LoraSlot::kHadaW1B},
    Ending{".hada_w2_a", LoraSlot::kHadaW2A},
    Ending{".hada_w2_b", LoraSlot::kHadaW2B},
    Ending{".hada_t1", LoraSlot::kHadaT1},
    Ending{".hada_t2", LoraSlot::kHadaT2},
    Ending{".lokr_w1", LoraSlot::kLokrW1},
    Ending{".lokr_w1_a", LoraSlot::kLokrW1A},
    Ending{".lokr_w1_b", LoraSlot::kLokrW1B},
    Ending{".lokr_w2", LoraSlot::kLokrW2},
    Ending{".lokr_w2_a", LoraSlot::kLokrW2A},
    Ending{".lokr_w2_b", LoraSlot::kLokrW2B},
    Ending{".lokr_t2", LoraSlot::kLokrT2},
    // diffusers: the UNet's, the text encoders', and the attention processors' before 0.22
    // (".to_q_lora.down")
    Ending{".lora.down.weight", LoraSlot::kDown},
    Ending{".lora.up.weight", LoraSlot::kUp},
    Ending{".lora_linear_layer.down.weight", LoraSlot::kDown},
    Ending{".lora_linear_layer.up.weight", LoraSlot::kUp},
    Ending{"_lora.down.weight", LoraSlot::kDown},
    Ending{"_lora.up.weight", LoraSlot::kUp},
    // PEFT
    Ending{".lora_A.weight", LoraSlot::kDown},
    Ending{".lora_B.weight", LoraSlot::kUp},
    Ending{".lora_magnitude_vector.weight", LoraSlot::kMagnitude},
    Ending{".lora_magnitude_vector", LoraSlot::kMagnitude},
};

/// ".lora_A.default.weight" -> ".lora_A.weight".
std::string without_adapter_name(const std::string& key) {
  constexpr std::string_view kWeight = ".weight";
  for (const std::string_view role : {".lora_A.", ".lora_B.", ".lora_magnitude_vector."}) {
    const auto at = key.find(role);
    if (at == std::string::npos || !key.ends_with(kWeight)) continue;
    return key.substr(0, at + role.size() - 1).append(kWeight);
  }
  return key;
}

}  // namespace

std::optional<LoraKey> split_lora_key(const std::string& key) {
  const std::string plain = without_adapter_name(key);
  for (const auto& [text, slot] : kEndings) {
    if (plain.ends_with(text) && plain.size() > text.size()) {
      return LoraKey{plain.substr(0, plain.size() - text.size()), slot};
    }
  }
  return std::nullopt;
}

}  // namespace big
