// Names of layers, held against diffusers' own (tests/parity/lora.py).
#include "lora_names.h"

#include <gtest/gtest.h>

#include <set>

#include "big/core/json.h"
#include "sgm_names.h"
#include "support/parity.h"

namespace big {
namespace {

/// A layer of SDXL, with its name in kohya's files.
struct Row {
  std::string part, path, name;
  std::vector<int64_t> shape;
};

std::vector<Row> sdxl_layers() {
  std::vector<Row> rows;
  for (const auto& row : read_json(references("sd1") / "lora_sdxl.json")) {
    rows.push_back({row.at("part"), row.at("path"), row.at("name"), row.at("shape")});
  }
  return rows;
}

LoraTargets targets_of(const std::vector<Row>& rows) {
  std::map<std::string, LoraTarget> parts;
  for (const auto& row : rows) {
    parts[row.part].part = row.part;
    parts[row.part].weights[row.path] = row.shape;
  }
  LoraTargets targets;
  for (const auto& [part, target] : parts) targets.push_back(target);
  return targets;
}

TEST(SgmNames, AreThoseThatDiffusersReads) {
  std::vector<std::string> paths;
  for (const auto& row : sdxl_layers()) {
    if (row.part == "unet") paths.push_back(row.path);
  }
  const auto names = sgm_names(paths);
  EXPECT_EQ(names.size(), paths.size());
  for (const auto& row : sdxl_layers()) {
    if (row.part != "unet") continue;
    ASSERT_TRUE(names.count(row.path)) << row.path;
    EXPECT_EQ("lora_unet_" + underscored(names.at(row.path)), row.name) << row.path;
  }
}

TEST(SgmNames, LevelsWithoutTransformersCountTheirLayersToo) {
  const auto names = sgm_names({"down_blocks.0.resnets.0.conv1", "down_blocks.0.resnets.1.conv1",
                                "down_blocks.0.downsamplers.0.conv", "down_blocks.1.resnets.0.conv_shortcut",
                                "up_blocks.0.resnets.0.conv2", "up_blocks.0.upsamplers.0.conv",
                                "up_blocks.1.resnets.0.time_emb_proj"});
  EXPECT_EQ(names.at("down_blocks.0.resnets.1.conv1"), "input_blocks.2.0.in_layers.2");
  EXPECT_EQ(names.at("down_blocks.0.downsamplers.0.conv"), "input_blocks.3.0.op");
  EXPECT_EQ(names.at("down_blocks.1.resnets.0.conv_shortcut"), "input_blocks.4.0.skip_connection");
  EXPECT_EQ(names.at("up_blocks.0.resnets.0.conv2"), "output_blocks.0.0.out_layers.3");
  EXPECT_EQ(names.at("up_blocks.0.upsamplers.0.conv"), "output_blocks.1.1.conv");
  EXPECT_EQ(names.at("up_blocks.1.resnets.0.time_emb_proj"), "output_blocks.2.0.emb_layers.1");
}

TEST(LoraNames, EveryLayerOfSdxlIsFoundByEveryOfItsNames) {
  const auto rows = sdxl_layers();
  const LoraNames names(targets_of(rows));
  std::set<std::string> seen;
  const auto expect_found = [&](const Row& row, const std::string& name) {
    const auto* layer = names.find(name);
    ASSERT_TRUE(layer) << name;
    EXPECT_EQ(layer->part, row.part) << name;
    EXPECT_EQ(layer->path, row.path) << name;
    EXPECT_EQ(layer->shape, row.shape) << name;
  };
  for (const auto& row : rows) {
    EXPECT_TRUE(seen.insert(row.name).second) << "two layers are called " << row.name;
    expect_found(row, row.name);
    expect_found(row, row.part + "." + row.path);
    if (row.part == "unet") {
      expect_found(row, "lora_unet_" + underscored(row.path));
      expect_found(row, "base_model.model." + row.path);
      expect_found(row, "lycoris_" + underscored(row.path));
    }
  }
}

TEST(LoraNames, NamesOfNoLayerAreNotGuessed) {
  const LoraNames names({{"unet", {{"mid_block.attentions.0.transformer_blocks.0.attn1.to_q", {4, 4}}}},
                         {"text_encoder", {{"text_model.encoder.layers.1.mlp.fc1", {8, 4}}}}});
  EXPECT_TRUE(names.find("lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q"));
  EXPECT_TRUE(names.find("unet.mid_block.attentions.0.transformer_blocks.0.attn1.processor.to_q"));
  EXPECT_TRUE(names.find("lora_te_text_model_encoder_layers_1_mlp_fc1"));
  EXPECT_TRUE(names.find("base_model.model.encoder.layers.1.mlp.fc1"));
  for (const char* name :
       {"", "lora_unet_", "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_k",
        "lora_unet_text_model_encoder_layers_1_mlp_fc1", "lora_te2_text_model_encoder_layers_1_mlp_fc1",
        "lora_te_text_model_encoder_layers_11_mlp_fc1",
        "lora_te_mid_block_attentions_0_transformer_blocks_0_attn1_to_q"}) {
    EXPECT_FALSE(names.find(name)) << name;
  }
}

}  // namespace
}  // namespace big
