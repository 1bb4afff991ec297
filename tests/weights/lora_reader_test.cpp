#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/weights/lora.h"
#include "big/weights/safetensors.h"
#include "raw_file.h"
#include "support/error_of.h"
#include "support/parity.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

const std::string kToK = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k";

/// A model of three layers: a linear one, a convolution, and one of the text encoder.
LoraTargets small_model() {
  return {
      {"unet", {{kToK, {6, 8}}, {"conv_in", {6, 4, 3, 3}}, {"mid_block.attentions.0.proj_in", {6, 6, 1, 1}}}},
      {"text_encoder", {{"text_model.encoder.layers.0.mlp.fc1", {10, 5}}}}};
}

class LoraReader : public testing::Test {
 protected:
  fs::path write(const NamedTensors& tensors, const std::map<std::string, std::string>& metadata = {}) {
    const auto path = temp_.path() / "lora.safetensors";
    write_safetensors(path, tensors, metadata);
    return path;
  }
  Lora read(const NamedTensors& tensors, UnmatchedKeys unmatched = UnmatchedKeys::kRefuse) {
    return read_lora(write(tensors), small_model(), unmatched);
  }
  std::string error(const NamedTensors& tensors) {
    return error_of<InputError>([&] { read(tensors); });
  }
  void expect_error(const NamedTensors& tensors, const std::string& part) {
    const auto message = error(tensors);
    EXPECT_NE(message.find(part), std::string::npos) << message;
  }

  /// A LoRA of rank 2 for conv_in and the text encoder's layer.
  static NamedTensors good() {
    return {{"lora_unet_conv_in.lora_down.weight", torch::ones({2, 4, 3, 3})},
            {"lora_unet_conv_in.lora_up.weight", torch::ones({6, 2, 1, 1})},
            {"lora_unet_conv_in.alpha", torch::tensor(1.0)},
            {"text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer.down.weight",
             torch::ones({2, 5})},
            {"text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer.up.weight",
             torch::ones({10, 2})}};
  }
  static NamedTensors with(NamedTensors tensors, const std::string& name, const torch::Tensor& tensor) {
    for (auto& item : tensors) {
      if (item.first == name) {
        item.second = tensor;
        return tensors;
      }
    }
    tensors.emplace_back(name, tensor);
    return tensors;
  }

  TempDir temp_;
};

TEST_F(LoraReader, LayersComeWithTheirAlphaOrTheirRank) {
  const auto lora = read(good());
  ASSERT_EQ(lora.modules.size(), 2u);
  EXPECT_EQ(lora.modules[0].part, "text_encoder");
  EXPECT_EQ(lora.modules[0].alpha, 2.0) << "where the file has none";
  EXPECT_EQ(lora.modules[1].path, "conv_in");
  EXPECT_EQ(lora.modules[1].alpha, 1.0);
  EXPECT_EQ(lora.modules[1].rank(), 2);
  EXPECT_EQ(lora.hash, sha256_hex(data_of(lora.path)));
}

TEST_F(LoraReader, TheHashDoesNotDependOnTheHeader) {
  const auto plain = read_lora(write(good()), small_model(), UnmatchedKeys::kRefuse);
  const auto described =
      read_lora(write(good(), {{"ss_output_name", "x"}}), small_model(), UnmatchedKeys::kRefuse);
  EXPECT_EQ(plain.hash, described.hash);
  EXPECT_EQ(described.metadata.at("ss_output_name"), "x");
  EXPECT_NE(plain.hash, read(with(good(), "lora_unet_conv_in.alpha", torch::tensor(3.0))).hash);
}

TEST_F(LoraReader, FactorsOfA1x1ConvolutionMayBeMatrices) {
  const auto lora = read({{"lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", torch::ones({2, 6})},
                          {"lora_unet_mid_block_attentions_0_proj_in.lora_up.weight", torch::ones({6, 2})}});
  EXPECT_EQ(lora.modules[0].down.sizes(), (std::vector<int64_t>{2, 6, 1, 1}));
  const auto linear = read({{concat("unet.", kToK, ".lora_A.weight"), torch::ones({2, 8, 1, 1})},
                            {concat("unet.", kToK, ".lora_B.weight"), torch::ones({6, 2, 1, 1})}});
  EXPECT_EQ(linear.modules[0].up.sizes(), (std::vector<int64_t>{6, 2}));
}

TEST_F(LoraReader, KeysOfNoLayerAreNamedWithACount) {
  NamedTensors tensors = good();
  for (int i = 0; i < 12; ++i) {
    tensors.emplace_back(concat("lora_unet_other_", 10 + i, ".lora_down.weight"), torch::ones({2, 2}));
  }
  const auto message = error(tensors);
  EXPECT_NE(message.find("12 of 17 keys name no layer of this model: lora_unet_other_10.lora_down.weight, "),
            std::string::npos)
      << message;
  EXPECT_NE(message.find("lora_unet_other_19.lora_down.weight and 2 more"), std::string::npos) << message;
  EXPECT_NE(message.find("--lora_ignore_unmatched"), std::string::npos) << message;

  const auto lora = read(tensors, UnmatchedKeys::kIgnore);
  EXPECT_EQ(lora.modules.size(), 2u);
  EXPECT_EQ(lora.unmatched.size(), 12u);
}

TEST_F(LoraReader, AFileOfWhichNothingFitsIsRefusedAllTheSame) {
  const NamedTensors tensors = {{"lora_unet_other.lora_down.weight", torch::ones({2, 2})}};
  EXPECT_THROW(read(tensors, UnmatchedKeys::kIgnore), InputError);
  EXPECT_THROW(read({}, UnmatchedKeys::kIgnore), InputError);
}

TEST_F(LoraReader, TheCauseIsGuessed) {
  const std::string sdxl = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k";
  expect_error({{concat(sdxl, ".lora_down.weight"), torch::ones({2, 2048})},
                {concat(sdxl, ".lora_up.weight"), torch::ones({640, 2})}},
               "(a LoRA for text embeddings of width 2048, the model takes 8?)");
  const LoraTargets sd1 = {{"unet", {{kToK, {320, 768}}}}};
  const auto path = write({{concat(sdxl, ".lora_down.weight"), torch::ones({2, 2048})}});
  EXPECT_NE(error_of<InputError>([&] {
              read_lora(path, sd1, UnmatchedKeys::kRefuse);
            }).find("(a LoRA for SDXL, the model is SD 1?)"),
            std::string::npos);
  expect_error(with(good(), "lora_te2_text_model_encoder_layers_0_mlp_fc1.alpha", torch::tensor(1.0)),
               "a LoRA for SDXL, the model has one text encoder?");
  expect_error({{"lora_unet_conv_in.oft_diag", torch::ones({2, 2})}}, "an OFT");
  expect_error({{"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight", torch::ones({2, 2})}}, "FLUX");
  expect_error({{"conv_in.weight", torch::ones({6, 4, 3, 3})}}, "not a LoRA?");
  expect_error({{"emb_params", torch::ones({2, 8})}}, "--embedding");
}

TEST_F(LoraReader, WrongShapesAreNamed) {
  expect_error(with(good(), "lora_unet_conv_in.lora_down.weight", torch::ones({2, 9, 3, 3})),
               "'lora_unet_conv_in.lora_down.weight' is [2,9,3,3], expected [2,4,3,3]");
  expect_error(with(good(), "lora_unet_conv_in.lora_up.weight", torch::ones({6, 3, 1, 1})),
               "expected [6,2,1,1]");
  expect_error(with(good(), "lora_unet_conv_in.alpha", torch::ones({2})), "'lora_unet_conv_in.alpha' is [2]");
  expect_error(with(good(), "lora_unet_conv_in.dora_scale", torch::ones({7})), "expected [6,1,1,1]");
  expect_error(with(good(), "lora_unet_conv_in.lora_down.weight", torch::ones({0, 4, 3, 3})), "rank 0");
  expect_error({{concat("unet.", kToK, ".lora_A.weight"), torch::ones({2, 16})},
                {concat("unet.", kToK, ".lora_B.weight"), torch::ones({6, 2})}},
               "(a LoRA for text embeddings of width 16, the model takes 8?)");
}

TEST_F(LoraReader, LoHaAndLoKrThatFitNoWeightAreNamed) {
  const std::string layer = "lora_unet_conv_in.";  // [6,4,3,3]
  expect_error({{layer + "hada_w1_a", torch::ones({6, 2})}}, "misses one of its factors");
  const NamedTensors loha = {{layer + "hada_w1_a", torch::ones({6, 2})},
                             {layer + "hada_w1_b", torch::ones({2, 36})},
                             {layer + "hada_w2_a", torch::ones({6, 2})},
                             {layer + "hada_w2_b", torch::ones({2, 36})}};
  EXPECT_EQ(read(loha).modules[0].down_2.sizes(), (std::vector<int64_t>{2, 4, 3, 3}));
  EXPECT_EQ(read(loha).modules[0].alpha, 2.0) << "where the file has none";
  expect_error(with(loha, layer + "hada_w2_b", torch::ones({2, 35})), "'lora_unet_conv_in.hada_w2_b' is [2,35]");
  expect_error(with(loha, layer + "hada_w1_a", torch::ones({7, 2})), "expected [6,2,1,1]");
  expect_error(with(loha, layer + "hada_w1_b", torch::ones({0, 36})), "rank 0");
  expect_error(with(loha, layer + "hada_t1", torch::ones({2, 2, 3, 3})), "expected [2,4,1,1]");

  const NamedTensors lokr = {{layer + "lokr_w1", torch::ones({2, 4})}, {layer + "lokr_w2", torch::ones({3, 1, 3, 3})}};
  EXPECT_EQ(read(lokr).modules[0].outer.sizes(), (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(read(with(lokr, layer + "alpha", torch::tensor(9.0))).modules[0].alpha, 3.0)
      << "of two whole factors no alpha counts: it is the rank";
  expect_error(with(lokr, layer + "lokr_w1", torch::ones({5, 4})), "does not divide the weight [6,4,3,3]");
  expect_error(with(lokr, layer + "lokr_w2", torch::ones({3, 2, 3, 3})), "expected [3,1,3,3]");
  expect_error({{layer + "lokr_w1", torch::ones({2, 4})}}, "misses one of its factors");
  // The product of these would be a tensor of terabytes.
  expect_error({{layer + "lokr_w1_a", torch::ones({1 << 20, 1})}, {layer + "lokr_w1_b", torch::ones({1, 1 << 20})}},
               "make no factor of the weight");
}

TEST_F(LoraReader, HalfOfAPairIsRefused) {
  expect_error({{"lora_unet_conv_in.lora_down.weight", torch::ones({2, 4, 3, 3})}},
               "'lora_unet_conv_in.lora_down.weight' has no up weight beside it");
  expect_error({{"lora_unet_conv_in.alpha", torch::tensor(1.0)}}, "no down weight");
}

TEST_F(LoraReader, NumbersThatAreNoneAreRefused) {
  auto broken = torch::ones({6, 2, 1, 1});
  broken[3][1] = NAN;
  expect_error(with(good(), "lora_unet_conv_in.lora_up.weight", broken), "not finite");
  expect_error(with(good(), "lora_unet_conv_in.alpha", torch::tensor(INFINITY)), "alpha' is inf");
  expect_error(with(good(), "lora_unet_conv_in.lora_up.weight", torch::ones({6, 2, 1, 1}, torch::kInt32)),
               "expected floating-point numbers");
}

TEST_F(LoraReader, TwoNamesOfOneLayerAreRefused) {
  expect_error(with(good(), "unet.conv_in.lora.down.weight", torch::ones({2, 4, 3, 3})),
               "mean the same layer");
}

TEST_F(LoraReader, MagnitudesRunAlongOutputsOrInputs) {
  const auto shape_of = [&](const std::string& name, std::vector<int64_t> shape) {
    for (const auto& module : read(with(good(), name, torch::ones(shape))).modules) {
      if (module.magnitude.defined()) return module.magnitude.sizes().vec();
    }
    return std::vector<int64_t>();
  };
  const std::vector<int64_t> outputs = {6, 1, 1, 1}, inputs = {1, 4, 1, 1};
  EXPECT_EQ(shape_of("unet.conv_in.lora_magnitude_vector", {1, 6, 1, 1}), outputs);
  EXPECT_EQ(shape_of("unet.conv_in.lora_magnitude_vector.weight", {6}), outputs);
  EXPECT_EQ(shape_of("lora_unet_conv_in.dora_scale", {6, 1, 1, 1}), outputs);
  EXPECT_EQ(shape_of("lora_unet_conv_in.dora_scale", {6}), outputs);
  EXPECT_EQ(shape_of("lora_unet_conv_in.dora_scale", {1, 6, 1, 1}), outputs);
  EXPECT_EQ(shape_of("lora_unet_conv_in.dora_scale", {1, 4, 1, 1}), inputs);
}

TEST_F(LoraReader, PeftFoldersNeedTheirConfig) {
  const auto folder = temp_.path() / "peft";
  write_safetensors(folder / "adapter_model.safetensors",
                    {{"base_model.model.conv_in.lora_A.weight", torch::ones({4, 4, 3, 3})},
                     {"base_model.model.conv_in.lora_B.weight", torch::ones({6, 4, 1, 1})}});
  const auto read_folder = [&] { return read_lora(folder, small_model(), UnmatchedKeys::kRefuse); };
  EXPECT_THROW(read_folder(), InputError);
  const auto write_config = [&](const Json& json) { std::ofstream(folder / "adapter_config.json") << json; };
  write_config({{"peft_type", "LORA"}, {"r", 4}, {"lora_alpha", 8}});
  EXPECT_EQ(read_folder().modules[0].alpha, 8);
  write_config({{"lora_alpha", 8}, {"use_rslora", true}});
  EXPECT_EQ(read_folder().modules[0].alpha, 16) << "alpha / sqrt(r) is twice alpha / r";
  write_config({{"lora_alpha", 8}, {"alpha_pattern", {{"^conv_in", 3}, {"other.conv_in", 5}}}});
  EXPECT_EQ(read_folder().modules[0].alpha, 3);
  for (const Json& wrong :
       {Json{{"peft_type", "LOHA"}, {"lora_alpha", 8}}, Json{{"r", 4}}, Json{{"lora_alpha", "8"}},
        Json{{"lora_alpha", 8}, {"alpha_pattern", 3}}, Json::array()}) {
    write_config(wrong);
    EXPECT_THROW(read_folder(), InputError) << wrong;
  }
}

TEST_F(LoraReader, WhatIsNoLoraIsSaid) {
  const auto say = [&](const fs::path& path) {
    return error_of<InputError>([&] { read_lora(path, small_model(), UnmatchedKeys::kRefuse); });
  };
  EXPECT_NE(say(temp_.path() / "nowhere").find("there is no such LoRA"), std::string::npos);
  fs::create_directories(temp_.path() / "empty");
  EXPECT_NE(say(temp_.path() / "empty").find("adapter_model.safetensors"), std::string::npos);
  std::ofstream(temp_.path() / "old.pt") << "neither a pickle nor tensors";
  EXPECT_NE(say(temp_.path() / "old.pt").find("old.pt"), std::string::npos);
  std::ofstream(temp_.path() / "text.safetensors") << "<html>not found, sorry</html>";
  EXPECT_NE(say(temp_.path() / "text.safetensors").find("HTML"), std::string::npos);
}

}  // namespace
}  // namespace big
