#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/networks/autoencoder_kl.h"
#include "big/networks/clip_text_model.h"
#include "big/networks/unet_2d_condition.h"
#include "support/error_of.h"

namespace big {
namespace {

template <class Config>
std::string refusal(const Json& config) {
  return error_of<InputError>([&] { Config::from_json(config, "part/config.json"); });
}

void expect_words(const std::string& message, const std::vector<std::string>& words) {
  for (const auto& word : words)
    EXPECT_NE(message.find(word), std::string::npos) << word << " in: " << message;
}

TEST(UNetConfig, DefaultsAreThoseOfStableDiffusion1) {
  const auto config = UNet2DConditionConfig::from_json(Json::object(), "unet/config.json");
  EXPECT_EQ(config.block_out_channels, (std::vector<int64_t>{320, 640, 1280, 1280}));
  EXPECT_EQ(config.layers_per_block, (std::vector<int64_t>{2, 2, 2, 2}));
  EXPECT_EQ(config.attention_heads, (std::vector<int64_t>{8, 8, 8, 8}));
  EXPECT_EQ(config.cross_attention_dim, (std::vector<int64_t>{1280, 1280, 1280, 1280}));
}

TEST(UNetConfig, ReadsOneValueForAllLevelsAndOneALevel) {
  const Json json = {
      {"attention_head_dim", {5, 10, 20, 20}}, {"layers_per_block", 3}, {"sample_size", {64, 64}}};
  const auto config = UNet2DConditionConfig::from_json(json, "unet/config.json");
  EXPECT_EQ(config.attention_heads, (std::vector<int64_t>{5, 10, 20, 20}));
  EXPECT_EQ(config.layers_per_block, (std::vector<int64_t>{3, 3, 3, 3}));
  EXPECT_EQ(config.sample_size, 64);
}

TEST(UNetConfig, RefusesWhatTheNetworkHasNotNamingKeyAndValue) {
  const std::vector<std::pair<std::string, Json>> foreign = {{"addition_embed_type", "text_image"},
                                                             {"class_embed_type", "timestep"},
                                                             {"dual_cross_attention", true},
                                                             {"time_cond_proj_dim", 0},
                                                             {"num_class_embeds", 10},
                                                             {"encoder_hid_dim", 768},
                                                             {"mid_block_type", nullptr},
                                                             {"resnet_out_scale_factor", 1.41},
                                                             {"num_attention_heads", 8},
                                                             {"resnet_time_scale_shift", "scale_shift"}};
  for (const auto& [key, value] : foreign) {
    expect_words(refusal<UNet2DConditionConfig>({{key, value}}),
                 {"part/config.json", "'" + key + "'", value.dump()});
  }
  expect_words(refusal<UNet2DConditionConfig>(
                   {{"down_block_types", {"AttnDownBlock2D", "DownBlock2D", "DownBlock2D", "DownBlock2D"}}}),
               {"down_block_types", "AttnDownBlock2D", "CrossAttnDownBlock2D"});
}

TEST(UNetConfig, RefusesNumbersThatFitNoNetwork) {
  expect_words(refusal<UNet2DConditionConfig>({{"block_out_channels", Json::array()}}),
               {"block_out_channels", "0 levels"});
  expect_words(refusal<UNet2DConditionConfig>({{"block_out_channels", {320, 640, 1280, 1LL << 40}}}),
               {"block_out_channels", "1099511627776"});
  expect_words(refusal<UNet2DConditionConfig>({{"norm_num_groups", 33}}), {"norm_num_groups", "33", "320"});
  expect_words(refusal<UNet2DConditionConfig>({{"attention_head_dim", 7}}),
               {"attention_head_dim", "7", "320"});
  expect_words(refusal<UNet2DConditionConfig>({{"layers_per_block", {1, 2}}}),
               {"layers_per_block", "2 entries", "4"});
  expect_words(refusal<UNet2DConditionConfig>({{"layers_per_block", "two"}}),
               {"layers_per_block", "whole number"});
  expect_words(refusal<UNet2DConditionConfig>({{"sample_size", {64, 96}}}), {"sample_size", "[64,96]"});
}

TEST(Configs, RefuseNumbersThatNoTrainingHolds) {
  for (const Json& value : {Json(-1e-5), Json(1e30)}) {
    expect_words(refusal<UNet2DConditionConfig>({{"norm_eps", value}}), {"norm_eps", "expected 0 to 1"});
    expect_words(refusal<UNet2DConditionConfig>({{"freq_shift", value}}), {"freq_shift", "expected 0 to 1"});
    expect_words(refusal<ClipTextConfig>({{"layer_norm_eps", value}}), {"layer_norm_eps", "expected 0 to 1"});
    expect_words(refusal<AutoencoderKLConfig>({{"scaling_factor", value}}), {"scaling_factor", "expected 0.0001 to"});
  }
  expect_words(refusal<AutoencoderKLConfig>({{"scaling_factor", 0}}), {"scaling_factor", "is 0"});
}

TEST(AutoencoderConfig, RefusesOtherAutoencoders) {
  expect_words(refusal<AutoencoderKLConfig>({{"_class_name", "AsymmetricAutoencoderKL"}}),
               {"_class_name", "AsymmetricAutoencoderKL", "AutoencoderKL"});
  expect_words(refusal<AutoencoderKLConfig>({{"shift_factor", 0.1}}), {"shift_factor", "0.1"});
  expect_words(refusal<AutoencoderKLConfig>({{"down_block_types", {"AttnDownEncoderBlock2D"}}}),
               {"down_block_types", "AttnDownEncoderBlock2D"});
  expect_words(refusal<AutoencoderKLConfig>({{"norm_num_groups", 7}}), {"norm_num_groups", "7", "64"});
}

TEST(ClipTextConfig, RefusesOtherTextModels) {
  expect_words(refusal<ClipTextConfig>({{"model_type", "t5"}}), {"model_type", "t5"});
  expect_words(refusal<ClipTextConfig>({{"hidden_act", "relu"}}), {"hidden_act", "relu", "quick_gelu"});
  expect_words(refusal<ClipTextConfig>({{"num_attention_heads", 7}}), {"num_attention_heads", "7", "512"});
  expect_words(refusal<ClipTextConfig>({{"vocab_size", 1LL << 50}}), {"vocab_size"});
  expect_words(refusal<ClipTextConfig>(Json::array()), {"part/config.json"});
}

TEST(UNetConfig, ReadsWhatSdxlAddsToTheTime) {
  const Json json = {{"addition_embed_type", "text_time"},
                     {"addition_time_embed_dim", 256},
                     {"projection_class_embeddings_input_dim", 2816}};
  const auto config = UNet2DConditionConfig::from_json(json, "unet/config.json");
  EXPECT_EQ(config.addition_time_embed_dim, 256);
  EXPECT_EQ(config.projection_class_embeddings_input_dim, 2816);
  EXPECT_EQ(config.time_cond_proj_dim, 0);
  // Without the type the widths mean nothing, as in diffusers.
  EXPECT_EQ(UNet2DConditionConfig::from_json({{"addition_time_embed_dim", 256}}, "").addition_time_embed_dim,
            0);
  expect_words(refusal<UNet2DConditionConfig>({{"addition_embed_type", "text_time"}}),
               {"addition_time_embed_dim", "0"});
  expect_words(refusal<UNet2DConditionConfig>({{"addition_embed_type", "text_time"},
                                               {"addition_time_embed_dim", 256},
                                               {"projection_class_embeddings_input_dim", 256}}),
               {"projection_class_embeddings_input_dim", "256", "257"});
}

TEST(UNet, RefusesConditionsThatAreMissingOrLeftOver) {
  UNet2DConditionConfig config;
  config.block_out_channels = {8, 8};
  config.down_block_types = {"DownBlock2D", "DownBlock2D"};
  config.up_block_types = {"UpBlock2D", "UpBlock2D"};
  config.layers_per_block = config.attention_heads = config.transformer_layers_per_block = {1, 1};
  config.cross_attention_dim = {8, 8};
  config.norm_num_groups = 4;
  const auto x = torch::zeros({1, 4, 4, 4}), t = torch::zeros({1}), context = torch::zeros({1, 3, 8});
  const auto pooled = torch::zeros({1, 5}), ids = torch::zeros({1, 6}), scale = torch::ones({1});
  UNet2DCondition plain(config);
  EXPECT_NO_THROW(plain(x, t, context));
  EXPECT_THROW(plain(x, t, context, AddedConditions{pooled, {}, {}}), std::invalid_argument);
  EXPECT_THROW(plain(x, t, context, AddedConditions{{}, {}, scale}), std::invalid_argument);
  config.addition_time_embed_dim = 2;
  config.projection_class_embeddings_input_dim = 5 + 6 * 2;
  UNet2DCondition xl(config);
  EXPECT_NO_THROW(xl(x, t, context, AddedConditions{pooled, ids, {}}));
  EXPECT_THROW(xl(x, t, context), std::invalid_argument);
  EXPECT_THROW(xl(x, t, context, AddedConditions{{}, ids, {}}), std::invalid_argument);
}

TEST(ClipTextConfig, OnlyTheArchitectureSaysThatThereIsAProjection) {
  const Json plain = {{"projection_dim", 768}, {"architectures", {"CLIPTextModel"}}};
  EXPECT_EQ(ClipTextConfig::from_json(plain, "").projection_dim, 0);
  const Json projected = {{"projection_dim", 1280}, {"architectures", {"CLIPTextModelWithProjection"}}};
  EXPECT_EQ(ClipTextConfig::from_json(projected, "").projection_dim, 1280);
  expect_words(refusal<ClipTextConfig>({{"architectures", {"CLIPVisionModel"}}}),
               {"architectures", "CLIPVisionModel", "CLIPTextModelWithProjection"});
}

}  // namespace
}  // namespace big
