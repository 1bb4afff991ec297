#pragma once

#include <string>
#include <vector>

namespace big {

/// A LoRA by name and how much of it counts: 1 as trained.
struct LoraWish {
  std::string name;  ///< as typed: a name in the loras folder, or a path
  double text_encoder_weight = 1, unet_weight = 1;
};

/// A prompt and the LoRA tags that stood in it.
struct TaggedPrompt {
  std::string text;  ///< without the tags
  std::vector<LoraWish> loras;
};

/// Takes `<lora:name>`, `<lora:name:weight>` and `<lora:name:te:unet>` (also `te=0.5`, `unet=1`) out of a
/// prompt, as the web UIs' extra networks. Other text in angle brackets stays. Throws UsageError for a tag
/// with a weight that is no number, or without a name.
TaggedPrompt take_lora_tags(const std::string& prompt);

/// "file.safetensors", "file.safetensors:0.5" or "file.safetensors:0.5:1" (text encoder, UNet). Throws
/// UsageError where the weight is no number.
LoraWish parse_lora_wish(const std::string& text);

/// "<lora:name:0.5>", or with both weights where they differ: what take_lora_tags reads back.
std::string lora_tag(const LoraWish& wish);

}  // namespace big
