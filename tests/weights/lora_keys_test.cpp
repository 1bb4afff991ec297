#include "lora_keys.h"

#include <gtest/gtest.h>

namespace big {
namespace {

struct Case {
  std::string key, module;
  LoraSlot slot;
};

TEST(LoraKeys, EverySpellingIsUnderstood) {
  const std::vector<Case> cases = {
      {"lora_unet_mid_block_attentions_0_proj_in.lora_down.weight",
       "lora_unet_mid_block_attentions_0_proj_in", LoraSlot::kDown},
      {"lora_te_x_mlp_fc1.lora_up.weight", "lora_te_x_mlp_fc1", LoraSlot::kUp},
      {"lora_unet_conv_in.lora_mid.weight", "lora_unet_conv_in", LoraSlot::kMid},
      {"lora_unet_conv_in.alpha", "lora_unet_conv_in", LoraSlot::kAlpha},
      {"lora_unet_conv_in.dora_scale", "lora_unet_conv_in", LoraSlot::kDoraScale},
      {"unet.a.attn1.to_q.lora.down.weight", "unet.a.attn1.to_q", LoraSlot::kDown},
      {"text_encoder.b.q_proj.lora_linear_layer.up.weight", "text_encoder.b.q_proj", LoraSlot::kUp},
      {"unet.a.attn1.processor.to_out_lora.up.weight", "unet.a.attn1.processor.to_out", LoraSlot::kUp},
      {"base_model.model.a.to_q.lora_A.weight", "base_model.model.a.to_q", LoraSlot::kDown},
      {"a.to_q.lora_B.default.weight", "a.to_q", LoraSlot::kUp},
      {"a.to_q.lora_A.my_style.weight", "a.to_q", LoraSlot::kDown},
      {"a.to_q.lora_magnitude_vector", "a.to_q", LoraSlot::kMagnitude},
      {"a.to_q.lora_magnitude_vector.weight", "a.to_q", LoraSlot::kMagnitude},
      {"a.to_q.lora_magnitude_vector.default.weight", "a.to_q", LoraSlot::kMagnitude},
  };
  for (const auto& [key, module, slot] : cases) {
    const auto found = split_lora_key(key);
    ASSERT_TRUE(found) << key;
    EXPECT_EQ(found->module, module) << key;
    EXPECT_EQ(found->slot, slot) << key;
  }
}

TEST(LoraKeys, OtherTensorsAreNone) {
  for (const char* key : {"", "conv_in.weight", ".alpha", ".lora_down.weight", "a.oft_diag", "a.diff",
                          "a.lora_A.bias", "a.lora_down", "emb_params"}) {
    EXPECT_FALSE(split_lora_key(key)) << key;
  }
}

}  // namespace
}  // namespace big
