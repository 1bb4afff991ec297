#include "big/pipeline/save_model.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "big/core/error.h"
#include "big/weights/state_dict.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

UNet2DConditionConfig unet_config() {
  UNet2DConditionConfig config;
  config.block_out_channels = {8, 8};
  config.down_block_types = {"DownBlock2D", "DownBlock2D"};
  config.up_block_types = {"UpBlock2D", "UpBlock2D"};
  config.layers_per_block = {1, 1};
  config.attention_heads = {1, 1};
  config.transformer_layers_per_block = {1, 1};
  config.cross_attention_dim = {8, 8};
  config.norm_num_groups = 4;
  return config;
}

ClipTextConfig text_config() {
  ClipTextConfig config;
  config.vocab_size = 16;
  config.hidden_size = 8;
  config.intermediate_size = 8;
  config.num_hidden_layers = 1;
  config.num_attention_heads = 1;
  return config;
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string read(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory()) names.insert(fs::relative(entry.path(), folder).string());
  return names;
}

/// A base whose UNet and text encoder are real and whose other parts are small text files.
class SaveModel : public testing::Test {
 protected:
  SaveModel() {
    torch::manual_seed(2);
    model_.unet = UNet2DCondition(unet_config());
    model_.text_encoder = ClipTextModel(text_config());
    initialize(*model_.unet);
    initialize(*model_.text_encoder);
    write(base_ / "model_index.json",
          R"({"_class_name": "StableDiffusionPipeline", "safety_checker": [null, null],
      "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"],
      "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"]})");
    for (const char* part : {"unet", "vae", "text_encoder"}) write(base_ / part / "config.json", "{}");
    write(base_ / "tokenizer" / "vocab.json", "{}");
    write(base_ / "vae" / "diffusion_pytorch_model.safetensors", "vae");
    save_weights(*model_.unet, base_ / "unet" / "diffusion_pytorch_model.safetensors", torch::kFloat16);
    save_weights(*model_.text_encoder, base_ / "text_encoder" / "model.safetensors", torch::kFloat32);
    torch::NoGradGuard no_grad;
    for (auto& parameter : model_.unet->parameters()) parameter.add_(1);
    for (auto& parameter : model_.text_encoder->parameters()) parameter.add_(1);
  }

  /// The first value of a saved tensor.
  static float value(const fs::path& file, const std::string& name) {
    return SafetensorsFile(file).tensor(name).flatten()[0].item<float>();
  }

  TempDir temp_;
  fs::path base_ = temp_.path() / "base", saved_ = temp_.path() / "saved";
  StableDiffusion model_;
};

TEST_F(SaveModel, WritesWhatChangedInTheBasesPrecisionAndLinksTheRest) {
  save_model(model_, base_, saved_, {.unet = true, .text_encoders = false});
  EXPECT_EQ(files_below(saved_), files_below(base_));
  const auto unet = fs::path("unet") / "diffusion_pytorch_model.safetensors";
  EXPECT_NEAR(value(saved_ / unet, "conv_in.weight"), value(base_ / unet, "conv_in.weight") + 1, 2e-3);
  EXPECT_EQ(stored_dtype(saved_ / "unet", "diffusion_pytorch_model"), torch::kFloat16);
  for (const char* same :
       {"text_encoder/model.safetensors", "vae/diffusion_pytorch_model.safetensors", "tokenizer/vocab.json"})
    EXPECT_TRUE(fs::equivalent(saved_ / same, base_ / same)) << same;
}

TEST_F(SaveModel, WritesTheTextEncoderWhereItWasTrained) {
  save_model(model_, base_, saved_, {.unet = true, .text_encoders = true});
  const auto file = fs::path("text_encoder") / "model.safetensors";
  const std::string name = "text_model.final_layer_norm.bias";
  EXPECT_EQ(value(saved_ / file, name), value(base_ / file, name) + 1);
}

TEST_F(SaveModel, WritesBothTextEncodersOfAModelThatHasTwo) {
  write(base_ / "model_index.json",
        R"({"_class_name": "StableDiffusionXLPipeline", "unet": ["diffusers", "UNet2DConditionModel"],
      "text_encoder": ["transformers", "CLIPTextModel"],
      "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"]})");
  auto config = text_config();
  config.projection_dim = 4;
  model_.text_encoder_2 = ClipTextModel(config);
  initialize(*model_.text_encoder_2);
  write(base_ / "text_encoder_2" / "config.json", "{}");
  const auto file = fs::path("text_encoder_2") / "model.safetensors";
  save_weights(*model_.text_encoder_2, base_ / file, torch::kFloat32);
  {
    torch::NoGradGuard no_grad;
    for (auto& parameter : model_.text_encoder_2->parameters()) parameter.add_(1);
  }
  save_model(model_, base_, saved_, {.unet = true, .text_encoders = true});
  const std::string name = "text_projection.weight";
  EXPECT_EQ(value(saved_ / file, name), value(base_ / file, name) + 1);
  save_model(model_, base_, temp_.path() / "other", {});
  EXPECT_TRUE(fs::equivalent(temp_.path() / "other" / file, base_ / file));
}

TEST_F(SaveModel, CopiesConfigsSoThatEditingOneModelLeavesTheBaseAlone) {
  write(base_ / "big.json", "{}");
  save_model(model_, base_, saved_, {});
  for (const char* file : {"model_index.json", "big.json", "unet/config.json", "vae/config.json"}) {
    const auto before = read(base_ / file);
    write(saved_ / file, "changed");
    EXPECT_EQ(read(base_ / file), before) << file;
  }
}

TEST_F(SaveModel, AnIndexThatNamesFoldersElsewhereIsRefused) {
  write(temp_.path() / "secret" / "note.txt", "private");
  for (const std::string name : {"..", ".", "../secret", ""}) {
    write(base_ / "model_index.json",
          Json({{"_class_name", "StableDiffusionPipeline"}, {name, {"a", "b"}}}).dump());
    EXPECT_THROW(save_model(model_, base_, saved_, {}), InputError) << name;
  }
  EXPECT_FALSE(fs::exists(saved_ / "note.txt"));
}

TEST_F(SaveModel, ALinkThatLeadsBackUpIsRefused) {
  fs::create_directory_symlink(base_ / "tokenizer", base_ / "tokenizer" / "again");
  EXPECT_THROW(save_model(model_, base_, saved_, {}), InputError);
}

TEST_F(SaveModel, GivesAVariantThePlainName) {
  fs::rename(base_ / "vae" / "diffusion_pytorch_model.safetensors",
             base_ / "vae" / "diffusion_pytorch_model.fp16.safetensors");
  fs::rename(base_ / "unet" / "diffusion_pytorch_model.safetensors",
             base_ / "unet" / "diffusion_pytorch_model.fp16.safetensors");
  save_model(model_, base_, saved_, {});
  EXPECT_EQ(read(saved_ / "vae" / "diffusion_pytorch_model.safetensors"), "vae");
  EXPECT_EQ(stored_dtype(saved_ / "unet", "diffusion_pytorch_model"), torch::kFloat16);
  for (const auto& name : files_below(saved_)) EXPECT_EQ(name.find("fp16"), std::string::npos) << name;
}

TEST_F(SaveModel, TakesEachPartInOnePrecisionAndFormatOnly) {
  write(base_ / "vae" / "diffusion_pytorch_model.fp16.safetensors", "half");
  write(base_ / "vae" / "diffusion_pytorch_model.bin", "pickle");
  write(base_ / "unet" / "diffusion_pytorch_model.non_ema.safetensors", "other");
  save_model(model_, base_, saved_, {});
  const auto files = files_below(saved_);
  EXPECT_TRUE(files.count("vae/diffusion_pytorch_model.safetensors"));
  EXPECT_FALSE(files.count("vae/diffusion_pytorch_model.fp16.safetensors"));
  EXPECT_FALSE(files.count("vae/diffusion_pytorch_model.bin"));
  EXPECT_FALSE(files.count("unet/diffusion_pytorch_model.non_ema.safetensors"));
}

TEST_F(SaveModel, KeepsWeightsThatExistOnlyInAnotherFormat) {
  write(base_ / "model_index.json", R"({"unet": ["diffusers", "UNet2DConditionModel"],
    "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"]})");
  write(base_ / "safety_checker" / "pytorch_model.bin", "pickle");
  save_model(model_, base_, saved_, {});
  EXPECT_EQ(read(saved_ / "safety_checker" / "pytorch_model.bin"), "pickle");
}

TEST_F(SaveModel, KeepsShardsWithTheirIndex) {
  const auto vae = base_ / "vae";
  fs::remove(vae / "diffusion_pytorch_model.safetensors");
  write(vae / "diffusion_pytorch_model-00001-of-00002.safetensors", "one");
  write(vae / "diffusion_pytorch_model-00002-of-00002.safetensors", "two");
  write(vae / "diffusion_pytorch_model.safetensors.index.json",
        R"({"weight_map": {"a": "diffusion_pytorch_model-00001-of-00002.safetensors",
                           "b": "diffusion_pytorch_model-00002-of-00002.safetensors"}})");
  save_model(model_, base_, saved_, {});
  EXPECT_EQ(read(saved_ / "vae" / "diffusion_pytorch_model-00002-of-00002.safetensors"), "two");
  EXPECT_EQ(weight_files(saved_ / "vae", "diffusion_pytorch_model").size(), 2u);
}

TEST_F(SaveModel, LeavesOutWhatModelIndexDoesNotName) {
  write(base_ / "safety_checker" / "model.safetensors", "unused");
  write(base_ / "v1-5-pruned.ckpt", "large");
  save_model(model_, base_, saved_, {});
  EXPECT_FALSE(fs::exists(saved_ / "safety_checker"));
  EXPECT_FALSE(fs::exists(saved_ / "v1-5-pruned.ckpt"));
}

TEST_F(SaveModel, LinksTheFileBehindASymbolicLink) {
  const auto vae = base_ / "vae" / "diffusion_pytorch_model.safetensors";
  fs::rename(vae, temp_.path() / "blob");
  fs::create_symlink(temp_.path() / "blob", vae);
  save_model(model_, base_, saved_, {});
  fs::remove_all(base_);
  const auto saved = saved_ / "vae" / "diffusion_pytorch_model.safetensors";
  EXPECT_FALSE(fs::is_symlink(saved));
  EXPECT_EQ(read(saved), "vae");
}

TEST_F(SaveModel, RefusesAFolderThatIsNoModel) {
  EXPECT_THROW(save_model(model_, temp_.path() / "nowhere", saved_, {}), InputError);
  EXPECT_FALSE(fs::exists(saved_));
}

}  // namespace
}  // namespace big
