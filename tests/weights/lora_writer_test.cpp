// What is written is read back; that diffusers and peft read it is held by tests/parity/check_loras.py.
#include "big/weights/lora_writer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>
#include <set>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/sha256.h"
#include "big/weights/safetensors.h"
#include "raw_file.h"
#include "support/error_of.h"
#include "support/parity.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

LoraTargets targets() {
  return {
      {"unet",
       {{"conv_in", {6, 4, 3, 3}}, {"mid_block.attentions.0.proj_in", {6, 6}}, {"conv_out", {4, 6, 3, 3}}}},
      {"text_encoder", {{"text_model.encoder.layers.0.mlp.fc1", {10, 5}}}}};
}

torch::Tensor draw(std::vector<int64_t> shape) { return torch::randn(shape); }

Lora lora() {
  torch::manual_seed(8);
  Lora result;
  result.modules = {
      {.part = "text_encoder",
       .path = "text_model.encoder.layers.0.mlp.fc1",
       .down = draw({2, 5}),
       .up = draw({10, 2}),
       .alpha = 3},
      {.part = "unet", .path = "conv_in", .down = draw({3, 4, 3, 3}), .up = draw({6, 3, 1, 1}), .alpha = 0.1},
      {.part = "unet",
       .path = "conv_out",
       .down = draw({2, 6, 1, 1}),
       .up = draw({4, 2, 1, 1}),
       .mid = draw({2, 2, 3, 3}),
       .alpha = 2},
      {.part = "unet",
       .path = "mid_block.attentions.0.proj_in",
       .down = draw({2, 6}),
       .up = draw({6, 2}),
       .alpha = 4},
  };
  return result;
}

/// What the layer's weight gains, flattened to [out,rest].
torch::Tensor change(const LoraModule& module) {
  auto down = module.down.flatten(1).to(torch::kFloat64);
  if (module.mid.defined()) {
    down = torch::einsum("opk,pi->oik", {module.mid.flatten(2).to(torch::kFloat64), down}).flatten(1);
  }
  return module.alpha / static_cast<double>(module.rank()) *
         module.up.flatten(1).to(torch::kFloat64).mm(down);
}

class LoraWriter : public testing::TestWithParam<LoraFormat> {
 protected:
  Lora written(const Lora& original, const LoraTargets& whose) {
    const auto path = temp_.path() / (GetParam() == LoraFormat::kPeft ? "folder" : "file.safetensors");
    write_lora(path, original, GetParam(), whose, {{"format", "pt"}});
    return read_lora(path, whose, UnmatchedKeys::kRefuse);
  }
  TempDir temp_;
};

TEST_P(LoraWriter, EveryLayerComesBackAsItWas) {
  const auto original = lora(), back = written(original, targets());
  ASSERT_EQ(back.modules.size(), original.modules.size());
  for (size_t i = 0; i < back.modules.size(); ++i) {
    EXPECT_EQ(back.modules[i].path, original.modules[i].path);
    EXPECT_TRUE(matches(change(back.modules[i]), change(original.modules[i]), 1e-6))
        << original.modules[i].path;
  }
}

TEST_P(LoraWriter, MagnitudesComeBack) {
  auto original = lora();
  std::erase_if(original.modules, [](const LoraModule& module) { return module.part != "unet"; });
  original.modules[0].magnitude = draw({6, 1, 1, 1}).abs();
  original.modules[1].magnitude = draw({4, 1, 1, 1}).abs();
  original.modules[2].magnitude = draw({6, 1}).abs();
  const auto back = written(original, targets());
  for (size_t i = 0; i < back.modules.size(); ++i) {
    EXPECT_TRUE(torch::equal(back.modules[i].magnitude, original.modules[i].magnitude)) << i;
  }
}

TEST_P(LoraWriter, WhatAFormatCannotSayIsRefused) {
  auto by_input = lora();
  by_input.modules[1].magnitude = draw({1, 4, 1, 1}).abs();
  if (GetParam() == LoraFormat::kKohya) {
    EXPECT_TRUE(
        torch::equal(written(by_input, targets()).modules[1].magnitude, by_input.modules[1].magnitude));
  } else {
    EXPECT_THROW(written(by_input, targets()), std::invalid_argument);
    EXPECT_TRUE(fs::is_empty(temp_.path()));
  }
}

INSTANTIATE_TEST_SUITE_P(Formats,
                         LoraWriter,
                         testing::Values(LoraFormat::kKohya, LoraFormat::kDiffusers, LoraFormat::kPeft));

std::set<std::string> keys(const fs::path& path) {
  std::set<std::string> names;
  const SafetensorsFile file(path);
  for (const auto& [name, entry] : file.entries()) names.insert(name);
  return names;
}

TEST(LoraNamesWritten, AreThoseOfTheTrainers) {
  TempDir temp;
  const auto path = temp.path() / "x.safetensors";
  write_lora(path, lora(), LoraFormat::kKohya, targets(), {});
  const auto kohya = keys(path);
  for (const char* name :
       {"lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", "lora_unet_conv_in.alpha",
        "lora_unet_conv_out.lora_mid.weight", "lora_unet_mid_block_attentions_0_proj_in.lora_up.weight"}) {
    EXPECT_TRUE(kohya.count(name)) << name;
  }
  EXPECT_EQ(kohya.size(), 4u * 3 + 1);

  auto sdxl = targets();
  sdxl.push_back({"text_encoder_2", {{"text_projection", {4, 4}}}});
  write_lora(path, lora(), LoraFormat::kKohya, sdxl, {});
  const auto original = keys(path);
  for (const char* name :
       {"lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", "lora_unet_input_blocks_0_0.alpha",
        "lora_unet_out_2.lora_mid.weight", "lora_unet_middle_block_1_proj_in.lora_up.weight"}) {
    EXPECT_TRUE(original.count(name)) << name;
  }

  write_lora(path, lora(), LoraFormat::kDiffusers, targets(), {});
  const auto diffusers = keys(path);
  for (const char* name :
       {"text_encoder.text_model.encoder.layers.0.mlp.fc1.lora_linear_layer.down.weight",
        "unet.conv_out.lora.up.weight", "unet.mid_block.attentions.0.proj_in.lora.down.weight"}) {
    EXPECT_TRUE(diffusers.count(name)) << name;
  }
}

TEST(LoraMetadata, HoldsWhatReadersCountOn) {
  auto styled = lora();
  LoraDescription description;
  description.title = "ink";
  description.trigger_phrase = "sks dog";
  description.base_model = "sdxl_base_v1-0";
  description.resolution = 1024;
  description.more = {{"ss_learning_rate", "0.0001"}, {"ss_resolution", "(768, 768)"}};
  auto keys = lora_metadata(styled, description);
  const std::map<std::string, std::string> expected = {
      {"ss_base_model_version", "sdxl_base_v1-0"},
      {"ss_v2", "False"},
      {"ss_network_dim", "2"},
      {"ss_network_module", "lycoris.kohya"},
      {"ss_network_args", R"({"algo":"locon"})"},
      {"ss_output_name", "ink"},
      {"ss_learning_rate", "0.0001"},
      {"ss_resolution", "(768, 768)"},
      {"modelspec.architecture", "stable-diffusion-xl-v1-base/lora"},
      {"modelspec.resolution", "1024x1024"},
      {"modelspec.trigger_phrase", "sks dog"}};
  for (const auto& [key, value] : expected) EXPECT_EQ(keys[key], value) << key;
  EXPECT_TRUE(keys.count("ss_network_alpha"));
  EXPECT_FALSE(keys.count("ss_sd_model_name")) << "what is not known is left out";

  std::erase_if(styled.modules, [](const LoraModule& module) { return module.down.dim() == 4; });
  EXPECT_EQ(lora_metadata(styled, description).at("ss_network_module"), "networks.lora");
}

TEST(LoraWriterNames, PeftNamesLayersAsTransformersHasThem) {
  TempDir temp;
  const std::string layer = "text_model.encoder.layers.0.mlp.fc1";
  LoraTargets both;
  Lora loras;
  for (const std::string part : {"text_encoder", "text_encoder_2"}) {
    both.push_back({part, {{layer, {10, 5}}}});
    loras.modules.push_back({.part = part, .path = layer, .down = draw({2, 5}), .up = draw({10, 2}), .alpha = 3});
  }
  write_lora(temp.path() / "peft", loras, LoraFormat::kPeft, both, {});
  const auto has = [&](const std::string& part, const std::string& name) {
    return SafetensorsFile(temp.path() / "peft" / part / "adapter_model.safetensors").has("base_model.model." + name);
  };
  EXPECT_TRUE(has("text_encoder", "encoder.layers.0.mlp.fc1.lora_A.weight"));
  EXPECT_TRUE(has("text_encoder_2", "text_model.encoder.layers.0.mlp.fc1.lora_A.weight"));
  EXPECT_NO_THROW(verify_lora(temp.path() / "peft", loras, LoraFormat::kPeft, both));
}

TEST(LoraMetadata, TheFilesOwnHashIsThatOfItsData) {
  TempDir temp;
  const auto path = temp.path() / "x.safetensors";
  write_lora(path, lora(), LoraFormat::kKohya, targets(), lora_metadata(lora(), {}));
  const SafetensorsFile file(path);
  EXPECT_EQ(file.metadata().at("sshs_model_hash"), sha256_hex(data_of(path)));
  EXPECT_EQ(read_lora(path, targets(), UnmatchedKeys::kRefuse).hash, file.metadata().at("sshs_model_hash"));
}

TEST(LoraMetadata, TheHashOfOldIsThatOf64KibInTheMiddle) {
  TempDir temp;
  const auto path = temp.path() / "x.safetensors";
  // Of small files it is that of nothing.
  write_lora(path, lora(), LoraFormat::kKohya, targets(), {});
  EXPECT_EQ(SafetensorsFile(path).metadata().at("sshs_legacy_hash"), sha256_hex("").substr(0, 8));

  const LoraTargets wide = {{"unet", {{"mid_block.attentions.0.proj_in", {60000, 6}}}}};
  Lora large;
  large.modules = {{.part = "unet",
                    .path = "mid_block.attentions.0.proj_in",
                    .down = draw({8, 6}),
                    .up = draw({60000, 8}),
                    .alpha = 8}};
  write_lora(path, large, LoraFormat::kKohya, wide, {{"a", "b"}});
  auto metadata = SafetensorsFile(path).metadata();
  const std::string hash = metadata.at("sshs_legacy_hash");
  // As kohya counts it: of the file without the two hashes.
  metadata.erase("sshs_legacy_hash");
  metadata.erase("sshs_model_hash");
  NamedTensors tensors;
  const SafetensorsFile file(path);
  for (const auto& [name, entry] : file.entries()) tensors.emplace_back(name, file.tensor(name).clone());
  write_safetensors(temp.path() / "plain.safetensors", tensors, metadata);
  std::ifstream in(temp.path() / "plain.safetensors", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  ASSERT_GT(bytes.size(), (1u << 20) + (1u << 16));
  EXPECT_EQ(hash, sha256_hex(bytes.substr(1 << 20, 1 << 16)).substr(0, 8));
}

TEST_P(LoraWriter, WhatIsReadBackIsCompared) {
  const auto original = lora();
  const auto path = temp_.path() / (GetParam() == LoraFormat::kPeft ? "folder" : "file.safetensors");
  write_lora(path, original, GetParam(), targets(), {});
  EXPECT_NO_THROW(verify_lora(path, original, GetParam(), targets()));
  const auto refusal = [&](auto change) {
    auto other = lora();
    for (auto& module : other.modules) module.up = module.up.clone();
    change(other);
    return error_of<MachineError>([&] { verify_lora(path, other, GetParam(), targets()); });
  };
  EXPECT_NE(refusal([](auto& l) { l.modules.pop_back(); }).find("holds 4 layers, 3"), std::string::npos);
  for (size_t i = 0; i < original.modules.size(); ++i) {
    const std::string& name = original.modules[i].path;
    EXPECT_NE(refusal([&](auto& l) { l.modules[i].up.view(-1)[0] += 0.5; }).find(name), std::string::npos);
    EXPECT_NE(refusal([&](auto& l) { l.modules[i].alpha *= 2; }).find(name), std::string::npos);
  }
}

}  // namespace
}  // namespace big
