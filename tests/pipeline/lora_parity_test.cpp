// LoRA against peft's merge and diffusers' pictures (references by tests/parity/lora.py). Writes the same
// adapters in every form into <build>/saved_loras/ for tests/parity/check_loras.py.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/networks/adapted_layer.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/text_to_image.h"
#include "big/pipeline/textual_inversion.h"
#include "big/weights/lora_writer.h"
#include "big/weights/safetensors.h"
#include "big/weights/state_dict.h"
#include "pixels.h"
#include "references.h"
#include "support/parity.h"
#include "weights/raw_file.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path folder(const std::string& family) { return test::references(family); }

LoraChoice choice(const std::string& family, const std::string& file, double weight) {
  return {folder(family) / "lora" / file, {file, weight, weight}};
}

/// All weights of the adaptable layers, by "<part>.<path>".
std::map<std::string, torch::Tensor> layer_weights(StableDiffusion& model) {
  std::map<std::string, torch::Tensor> weights;
  for (auto& [path, layer] : adapted_layers(*model.unet)) weights["unet." + path] = layer->base_weight();
  for (auto& [path, layer] : adapted_layers(*model.text_encoder)) {
    // The references' transformers leaves text_model out where there is no projection.
    weights["text_encoder." + path.substr(std::string("text_model.").size())] = layer->base_weight();
  }
  if (!model.text_encoder_2) return weights;
  for (auto& [path, layer] : adapted_layers(*model.text_encoder_2)) {
    weights["text_encoder_2." + path] = layer->base_weight();
  }
  return weights;
}

StableDiffusion model(const std::string& family, torch::ScalarType dtype) {
  return load_model(folder(family) / "model", {torch::kCPU, dtype});
}

class LoraParity : public testing::TestWithParam<std::string> {};

TEST_P(LoraParity, MergedWeightsAreThoseOfPeft) {
  const SafetensorsFile merged(folder(GetParam()) / "lora_merged.safetensors");
  const Json files = parse_json(merged.metadata().at("files"), "files");
  EXPECT_GE(files.size(), GetParam() == "sd1" ? 10u : 1u);
  for (const auto& [name, file] : files.items()) {
    auto plain = model(GetParam(), torch::kFloat64), ours = model(GetParam(), torch::kFloat64);
    apply_loras(ours, {choice(GetParam(), file[0], file[1])});
    const auto before = layer_weights(plain), after = layer_weights(ours);
    const std::string reference = file[2].get<std::string>() + "|";
    size_t changed = 0, compared = 0;
    for (const auto& [layer, weight] : after) {
      const std::string key = reference + layer;
      if (!merged.has(key)) {
        EXPECT_TRUE(torch::equal(weight, before.at(layer))) << name << " changes " << layer;
        continue;
      }
      EXPECT_TRUE(matches(weight, merged.tensor(key), 1e-6)) << name << " " << layer;
      EXPECT_FALSE(matches(before.at(layer), merged.tensor(key), 1e-3))
          << name << " " << layer << " is unchanged";
      ++compared;
      changed += torch::equal(weight, before.at(layer)) ? 0 : 1;
    }
    size_t expected = 0;
    for (const auto& [key, entry] : merged.entries()) expected += key.starts_with(reference) ? 1 : 0;
    EXPECT_EQ(compared, expected) << name;
    EXPECT_EQ(changed, expected) << name;
    EXPECT_GT(expected, 0u) << name;
  }
}

struct Case {
  std::string name;
  GenerateOptions options;
  std::vector<LoraChoice> loras;
  std::vector<EmbeddingChoice> embeddings;
};

std::vector<Case> cases(const std::string& family, const SafetensorsFile& file) {
  std::vector<Case> all;
  for (const auto& entry : parse_json(file.metadata().at("cases"), "cases")) {
    Case one;
    one.name = entry.at("name");
    one.options.prompt = entry.at("prompt");
    one.options.num_inference_steps = entry.at("num_inference_steps");
    one.options.guidance_scale = entry.at("guidance_scale");
    one.options.seed = entry.at("seed");
    one.options.num_images = 1;
    for (const auto& lora : entry.at("loras")) one.loras.push_back(choice(family, lora[0], lora[1]));
    for (const auto& embedding : entry.at("embeddings")) {
      one.embeddings.push_back(
          {folder(family) / "embeddings" / embedding[0].get<std::string>(), embedding[1]});
    }
    all.push_back(one);
  }
  return all;
}

torch::Tensor draw(StableDiffusion& model, const GenerateOptions& options) {
  torch::Tensor picture;
  generate(model, options, [&](int64_t, const Image& image) { picture = test::pixels(image); });
  return picture;
}

int difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kInt32) - b.to(torch::kInt32)).abs().max().item<int>();
}

TEST_P(LoraParity, PicturesAreThoseOfDiffusersMergedAndBeside) {
  const SafetensorsFile file(folder(GetParam()) / "lora_pictures.safetensors");
  const auto without = file.tensor("none")[0];
  for (const auto& one : cases(GetParam(), file)) {
    const auto expected = file.tensor(one.name)[0];
    if (one.name != "none") {
      EXPECT_GT(difference(expected, without), 20) << one.name << " shows nothing";
    }
    for (const auto placement : {AdapterPlacement::kMerged, AdapterPlacement::kBeside}) {
      if (one.loras.empty() && placement == AdapterPlacement::kBeside) continue;
      auto ours = model(GetParam(), torch::kFloat32);
      apply_loras(ours, one.loras, {.placement = placement});
      apply_embeddings(ours, one.embeddings);
      EXPECT_LE(difference(draw(ours, one.options), expected), 1)
          << one.name << (placement == AdapterPlacement::kMerged ? " merged" : " beside");
      if (placement == AdapterPlacement::kBeside) {
        detach_loras(ours);
        EXPECT_LE(difference(draw(ours, one.options), without), 1) << one.name << " cannot be taken out";
      }
    }
  }
}

TEST_P(LoraParity, AWrongWeightWouldBeSeen) {
  const SafetensorsFile file(folder(GetParam()) / "lora_pictures.safetensors");
  for (auto one : cases(GetParam(), file)) {
    if (one.loras.empty()) continue;
    auto ours = model(GetParam(), torch::kFloat32);
    one.loras.front().wish.unet_weight += 0.1;
    apply_loras(ours, one.loras);
    EXPECT_GT(difference(draw(ours, one.options), file.tensor(one.name)[0]), 1) << one.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Families, LoraParity, testing::Values("sd1", "sdxl"), [](const auto& family) {
  return family.param;
});

TEST(ApplyLoras, WeightZeroIsNoLora) {
  auto ours = model("sd1", torch::kFloat32), plain = model("sd1", torch::kFloat32);
  apply_loras(ours, {choice("sd1", "dora", 0)});
  const auto before = layer_weights(plain), after = layer_weights(ours);
  for (const auto& [layer, weight] : after) ASSERT_TRUE(torch::equal(weight, before.at(layer))) << layer;
}

TEST(ApplyLoras, TheModelsFilesStayAsTheyAre) {
  const auto path = folder("sd1") / "model" / "unet" / "diffusion_pytorch_model.safetensors";
  const auto before = data_of(path);
  auto ours = model("sd1", torch::kFloat32);
  apply_loras(ours, {choice("sd1", "diffusers", 1)});
  EXPECT_EQ(data_of(path), before);
}

TEST(ApplyLoras, AFileThatDoesNotFitLeavesTheModelAsItWas) {
  auto ours = model("sd1", torch::kFloat32), plain = model("sd1", torch::kFloat32);
  const LoraChoice wrong{folder("sd1") / "embeddings" / "flurfy.safetensors", {"flurfy"}};
  EXPECT_THROW(apply_loras(ours, {choice("sd1", "diffusers", 1), wrong}), InputError);
  const auto before = layer_weights(plain), after = layer_weights(ours);
  for (const auto& [layer, weight] : after) ASSERT_TRUE(torch::equal(weight, before.at(layer))) << layer;
}

/// How many layers kohya's trainer changes, by part, and with convolutions ("all of"). The real layouts with narrow layers: how many there are
/// does not depend on their width.
std::map<std::string, size_t> kohya_layers(const UNet2DConditionConfig& unet,
                                           std::vector<int64_t> text_layers) {
  StableDiffusion layout;
  layout.unet = UNet2DCondition(unet);
  for (auto* encoder : {&layout.text_encoder, &layout.text_encoder_2}) {
    if (text_layers.empty()) break;
    ClipTextConfig text;
    text.vocab_size = 16;
    text.hidden_size = text.intermediate_size = 8;
    text.num_hidden_layers = text_layers.front();
    *encoder = ClipTextModel(text);
    text_layers.erase(text_layers.begin());
  }
  std::map<std::string, size_t> counts;
  for (const auto& target : lora_targets(layout)) {
    counts[target.part] = attention_layers(target).size();
    counts["all of " + target.part] = all_layers(target).size();
  }
  return counts;
}

TEST(KohyaTargets, AreThoseOfStableDiffusion1) {
  UNet2DConditionConfig config;
  config.block_out_channels = {8, 16, 32, 32};  // equal ones would need no shortcuts
  config.cross_attention_dim = {8, 8, 8, 8};
  config.attention_heads = {1, 1, 1, 1};
  config.norm_num_groups = 4;
  const std::map<std::string, size_t> expected = {{"unet", 192},
                                                 {"all of unet", 278},
                                                 {"text_encoder", 72},
                                                 {"all of text_encoder", 72}};
  EXPECT_EQ(kohya_layers(config, {12}), expected);
}

TEST(KohyaTargets, AreThoseOfSdxl) {
  UNet2DConditionConfig config;
  config.block_out_channels = {8, 16, 32};
  config.cross_attention_dim = {8, 8, 8};
  config.attention_heads = {1, 1, 1};
  config.norm_num_groups = 4;
  config.layers_per_block = {2, 2, 2};
  config.transformer_layers_per_block = {1, 2, 10};
  config.down_block_types = {"DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"};
  config.up_block_types = {"CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"};
  config.use_linear_projection = true;
  const std::map<std::string, size_t> expected = {
      {"unet", 722},         {"all of unet", 788},         {"text_encoder", 72},
      {"all of text_encoder", 72}, {"text_encoder_2", 192}, {"all of text_encoder_2", 192}};
  EXPECT_EQ(kohya_layers(config, {12, 32}), expected);
}

TEST(ApplyLoras, EveryFormIsWrittenForTheirReaders) {
  const auto ours = model("sd1", torch::kFloat32);
  const auto targets = lora_targets(ours);
  const auto saved = fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "saved_loras";
  fs::remove_all(saved);
  for (const std::string name : {"diffusers", "dora", "locon.safetensors"}) {
    const auto lora = read_lora(folder("sd1") / "lora" / name, targets, UnmatchedKeys::kRefuse);
    const auto metadata = lora_metadata(lora, {.title = name, .trigger_phrase = "sks dog"});
    const auto home = saved / fs::path(name).stem();
    write_lora(home / "kohya.safetensors", lora, LoraFormat::kKohya, targets, metadata);
    write_lora(home / "diffusers.safetensors", lora, LoraFormat::kDiffusers, targets, metadata);
    write_lora(home / "peft", lora, LoraFormat::kPeft, targets, metadata);
  }
}

}  // namespace
}  // namespace big
