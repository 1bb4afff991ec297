#include "lora_problems.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "big/core/text.h"
#include "big/weights/lora.h"
#include "lora_keys.h"
#include "lora_names.h"

namespace big {
namespace {

struct Sign {
  std::string_view part_of_key, meaning;
};

/// What other trainers' keys give away, the surest first.
constexpr std::array kSigns = {
    Sign{"oft_blocks", "an OFT, of LyCORIS; LoRA, LoCon, DoRA, LoHa and LoKr can be read"},
    Sign{"oft_diag", "an OFT, of LyCORIS; LoRA, LoCon, DoRA, LoHa and LoKr can be read"},
    Sign{"double_blocks", "a LoRA for FLUX?"},
    Sign{"single_blocks", "a LoRA for FLUX?"},
    Sign{"single_transformer_blocks", "a LoRA for FLUX?"},
    Sign{"joint_blocks", "a LoRA for Stable Diffusion 3?"},
    Sign{"unet:0:",
         "an ordered list of the first LoRA trainer (cloneofsimo); convert it to kohya's form first"},
    Sign{"first_stage_model.", "a whole model, not a LoRA?"},
    Sign{"emb_params", "a textual-inversion embedding? give it to --embedding"},
};

/// Width of the text embeddings that a UNet takes -> the family that has it, or "".
std::string family(int64_t width) {
  switch (width) {
    case 768:
      return "SD 1";
    case 1024:
      return "SD 2";
    case 1280:
      return "the SDXL refiner";
    case 2048:
      return "SDXL";
    default:
      return "";
  }
}

bool is_cross_attention_key(const std::string& underscored_name) {
  return underscored_name.find("attn2_to_k") != std::string::npos ||
         underscored_name.find("attn2_processor_to_k") != std::string::npos;
}

/// Text width of the models that the file was made for; 0 where it has no cross-attention.
int64_t width_of_file(const LoraSource& source) {
  for (const auto& [name, tensor] : source.tensors) {
    const auto key = split_lora_key(name);
    if (!key || key->slot != LoraSlot::kDown || tensor.dim() < 2) continue;
    if (is_cross_attention_key(underscored(key->module))) return tensor.size(1);
  }
  return 0;
}

int64_t width_of_model(const std::vector<LoraTarget>& targets) {
  for (const auto& target : targets) {
    for (const auto& [path, shape] : target.weights) {
      if (is_cross_attention_key(underscored(path))) return shape[1];
    }
  }
  return 0;
}

}  // namespace

std::string guess_lora_mismatch(const LoraSource& source, const std::vector<LoraTarget>& targets) {
  const auto any_contains = [&](std::string_view part) {
    return std::any_of(source.tensors.begin(), source.tensors.end(),
                       [&](const auto& item) { return item.first.find(part) != std::string::npos; });
  };
  for (const auto& [part_of_key, meaning] : kSigns) {
    if (any_contains(part_of_key)) return std::string(meaning);
  }
  const int64_t found = width_of_file(source), expected = width_of_model(targets);
  if (found != 0 && expected != 0 && found != expected) {
    const std::string theirs = family(found), ours = family(expected);
    if (!theirs.empty() && !ours.empty()) return concat("a LoRA for ", theirs, ", the model is ", ours, "?");
    return concat("a LoRA for text embeddings of width ", found, ", the model takes ", expected, "?");
  }
  const bool two_text_encoders = std::any_of(targets.begin(), targets.end(),
                                             [](auto& target) { return target.part == "text_encoder_2"; });
  if (!two_text_encoders && (any_contains("lora_te2_") || any_contains("text_encoder_2."))) {
    return "a LoRA for SDXL, the model has one text encoder?";
  }
  const bool lora_keys = std::any_of(source.tensors.begin(), source.tensors.end(),
                                     [](const auto& item) { return split_lora_key(item.first).has_value(); });
  return lora_keys ? "" : "not a LoRA?";
}

}  // namespace big
