// Whole models in one file: against the names that diffusers' own converters take
// (tests/parity/single_names.py).
#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/weights/safetensors.h"
#include "big/weights/stored_model.h"
#include "big/weights/vae_file.h"
#include "raw_file.h"
#include "single_file_layout.h"
#include "single_file_names.h"
#include "support/error_of.h"
#include "support/parity.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;
using Shapes = std::map<std::string, std::vector<int64_t>>;
using Entries = std::map<std::string, TensorFile::Entry>;

/// Names that one side alone has, or whose tensors differ.
std::vector<std::string> differences(const StoredTensors& ours, const StoredTensors& theirs) {
  std::vector<std::string> found;
  for (const auto& [name, tensor] : theirs) {
    const auto own = ours.find(name);
    if (own == ours.end() || own->second.shape() != tensor.shape() ||
        !torch::equal(own->second.tensor(), tensor.tensor()))
      found.push_back(name);
  }
  for (const auto& [name, tensor] : ours)
    if (theirs.count(name) == 0) found.push_back(name);
  return found;
}

void expect_same(const StoredTensors& ours, const StoredTensors& theirs, const std::string& what) {
  const auto found = differences(ours, theirs);
  EXPECT_TRUE(found.empty()) << what << ": " << found.size() << " differ, the first " << found.front();
}

class SingleFile : public testing::TestWithParam<std::string> {
 protected:
  fs::path folder() const { return references(GetParam()); }
};

TEST_P(SingleFile, HoldsThePartsOfItsFolder) {
  const auto single = read_single_file(folder() / "single.safetensors");
  const auto model = read_model_folder(folder() / "model");
  ASSERT_EQ(single.parts.size(), model.parts.size());
  for (const auto& [part, tensors] : model.parts) expect_same(single.parts.at(part), tensors, part);
  EXPECT_TRUE(single.extra.empty());
  EXPECT_EQ(single.configs.at("unet"), model.configs.at("unet"));
}

TEST_P(SingleFile, AWrongNameOrThirdIsNoticed) {
  const auto single = read_single_file(folder() / "single.safetensors");
  const auto& unet = single.parts.at("unet");
  auto swapped = unet;
  std::swap(swapped.at("mid_block.resnets.0.norm1.weight"), swapped.at("mid_block.resnets.1.norm1.weight"));
  EXPECT_EQ(differences(swapped, unet).size(), 2u);
  for (const auto& [part, tensors] : single.parts) {
    auto wrong = tensors;
    for (auto& [name, tensor] : wrong)
      if (tensor.form == TensorForm::kQuery) tensor.form = TensorForm::kKey;
    const bool has_thirds = part == "text_encoder_2" || (part == "text_encoder" && GetParam() == "sd2");
    EXPECT_EQ(differences(wrong, tensors).empty(), !has_thirds) << part;
  }
}

TEST_P(SingleFile, IsWrittenByteForByteAsItWas) {
  const auto path = folder() / "single.safetensors";
  const TempDir temp;
  write_model_folder(read_single_file(path), temp.path() / "model");
  write_single_file(read_model_folder(temp.path() / "model"), temp.path() / "again.safetensors");
  const SafetensorsFile first(path), again(temp.path() / "again.safetensors");
  ASSERT_EQ(again.entries().size(), first.entries().size());
  for (const auto& [name, entry] : first.entries()) {
    ASSERT_TRUE(again.has(name)) << name;
    EXPECT_EQ(again.entries().at(name).shape, entry.shape) << name;
    EXPECT_EQ(again.entries().at(name).dtype, entry.dtype) << name;
    EXPECT_TRUE(torch::equal(again.tensor(name), first.tensor(name))) << name;
  }
}

TEST_P(SingleFile, OfACheckpointKeepsItsTypeAndNamesWhatIsLeftOver) {
  const auto checkpoint = read_single_file(folder() / "single.ckpt");
  const auto model = read_model_folder(folder() / "model");
  for (const auto& [part, tensors] : model.parts) {
    ASSERT_EQ(checkpoint.parts.at(part).size(), tensors.size()) << part;
    for (const auto& [name, tensor] : tensors) {
      EXPECT_EQ(checkpoint.parts.at(part).at(name).dtype(), torch::kFloat16);
      EXPECT_TRUE(
          torch::equal(checkpoint.parts.at(part).at(name).tensor(), tensor.tensor().to(torch::kFloat16)))
          << name;
    }
  }
  EXPECT_EQ(checkpoint.extra.size(), 3 + model.parts.at("unet").size());
  EXPECT_TRUE(checkpoint.extra.count("model_ema.num_updates"));
}

TEST_P(SingleFile, TheMovingAverageIsTakenWhereItIsAskedFor) {
  const auto trained = read_single_file(folder() / "single.ckpt");
  const auto averaged = read_single_file(folder() / "single.ckpt", {"", UNetWeights::kMovingAverage});
  for (const auto& [name, tensor] : trained.parts.at("unet"))
    EXPECT_TRUE(torch::equal(averaged.parts.at("unet").at(name).tensor(), tensor.tensor() + 1)) << name;
  const auto message = error_of<InputError>([&] {
    read_single_file(folder() / "single.safetensors", {"", UNetWeights::kMovingAverage});
  });
  EXPECT_NE(message.find("has no moving average"), std::string::npos) << message;
}

TEST_P(SingleFile, KeepsExtraTensorsAndChangesTypesWhenAsked) {
  const auto model = read_single_file(folder() / "single.ckpt");
  const TempDir temp;
  WriteModelOptions options;
  options.extra = ExtraTensors::kKeep;
  options.dtype = torch::kFloat32;
  write_model_folder(model, temp.path() / "model", options);
  const auto again = read_model_folder(temp.path() / "model");
  expect_same(again.extra, model.extra, "extra");
  write_single_file(again, temp.path() / "single.safetensors", options);
  const SafetensorsFile file(temp.path() / "single.safetensors");
  EXPECT_EQ(file.entries().size(), open_tensor_file(folder() / "single.ckpt")->entries().size());
  EXPECT_EQ(file.tensor("first_stage_model.decoder.conv_in.weight").scalar_type(), torch::kFloat32);
  EXPECT_EQ(file.tensor("model_ema.num_updates").scalar_type(), torch::kInt64);
}

INSTANTIATE_TEST_SUITE_P(Families,
                         SingleFile,
                         testing::Values("sd1", "sd2", "sdxl", "refiner"),
                         [](const auto& family) { return family.param; });

/// Entries of these names and shapes that lie nowhere.
Entries entries_of(const Shapes& shapes) {
  Entries entries;
  for (const auto& [name, shape] : shapes) entries[name] = {torch::kFloat32, shape};
  return entries;
}

Json real_single_names() { return read_json(references("sdxl") / "single_names.json"); }

TEST(SingleFileFamily, IsToldByTheTensorsOfTheRealModels) {
  size_t models = 0;
  const Json real = real_single_names();
  for (const auto& [family, shapes] : real.items()) {
    EXPECT_EQ(family_of(entries_of(shapes.get<Shapes>()), "a").name, family);
    ++models;
  }
  EXPECT_EQ(models, 5u);
}

/// The names of the layouts of a family's configs, for all that its parts' networks hold.
TEST(SingleFileFamily, ItsConfigsGiveTheNamesOfTheRealModels) {
  const Json real = real_single_names();
  for (const auto& [family, shapes] : real.items()) {
    const auto expected = shapes.get<Shapes>();
    std::set<std::string> found;
    for (const auto& layout : layouts_to_write(family_configs(family), family)) {
      for (const auto& [single, shape] : expected) {
        if (!single.starts_with(layout.prefix)) continue;
        const auto ours = layout.names.to_diffusers(single.substr(layout.prefix.size()));
        for (const auto& name : ours) {
          const auto back = layout.names.to_single_file(name.name);
          ASSERT_TRUE(back) << name.name;
          EXPECT_EQ(layout.prefix + back->name, single);
          EXPECT_EQ(back->form, name.form);
        }
        if (!ours.empty()) found.insert(single);
      }
    }
    EXPECT_EQ(found.size(), expected.size()) << family;
  }
}

TEST(SingleFileFamily, ItsConfigsAreThePublishedOnes) {
  const Json real = read_json(references("sdxl") / "real_configs.json");
  const std::map<std::string, std::string> models = {{"sd1", "sd15"},
                                                     {"sd2", "sd21"},
                                                     {"sdxl", "sdxl"},
                                                     {"sdxl_refiner", "refiner"},
                                                     {"sd1_inpaint", "inpainting"}};
  size_t keys = 0;
  for (const auto& [family, model] : models) {
    const auto configs = family_configs(family);
    for (const auto& [part, published] : real.at(model).items()) {
      for (const auto& [key, value] : configs.at(part).items()) {
        const auto found = published.at("config").find(key);
        if (found == published.at("config").end()) continue;
        EXPECT_EQ(value, *found) << family << " " << part << " " << key;
        ++keys;
      }
    }
  }
  EXPECT_GT(keys, 120u);
}

TEST(SingleFileFamily, SaysWhatAnotherFileIs) {
  const auto refusal = [](const Shapes& shapes) {
    return error_of<InputError>([&] { family_of(entries_of(shapes), "a.safetensors"); });
  };
  EXPECT_NE(refusal({{"lora_unet_x.lora_up.weight", {1, 2}}}).find("this is a LoRA"), std::string::npos);
  EXPECT_NE(refusal({{"encoder.conv_in.weight", {128, 3, 3, 3}}}).find("a VAE alone"), std::string::npos);
  EXPECT_NE(refusal({{"conv_in.weight", {320, 4, 3, 3}}}).find("a diffusers UNet alone"), std::string::npos);
  EXPECT_NE(refusal({{"model.diffusion_model.joint_blocks.0.x", {1}}}).find("Stable Diffusion 3"),
            std::string::npos);
  EXPECT_NE(
      refusal({{"model.diffusion_model.input_blocks.0.0.weight", {320, 8, 3, 3}}}).find("takes 8 channels"),
      std::string::npos);
  EXPECT_NE(refusal({}).find("it has no 'model.diffusion_model."), std::string::npos);
}

/// A tiny file whose UNet looks like SD 2's, with these metadata.
std::string sd2_prediction(const std::map<std::string, std::string>& metadata,
                           const SingleFileOptions& options = {}) {
  const TempDir temp;
  const auto path = temp.path() / "a.safetensors";
  const std::string unet = "model.diffusion_model.input_blocks.";
  write_safetensors(path,
                    {{unet + "0.0.weight", torch::zeros({2, 4, 1, 1})},
                     {unet + "4.1.transformer_blocks.0.attn2.to_k.weight", torch::zeros({1, 1024})},
                     {"first_stage_model.quant_conv.bias", torch::zeros({1})},
                     {"cond_stage_model.model.ln_final.bias", torch::zeros({1})}},
                    metadata);
  const auto model = read_single_file(path, options);
  const bool doubtful = model.doubt.find("--prediction_type epsilon") != std::string::npos;
  return model.family + " " + model.configs.at("scheduler").at("prediction_type").get<std::string>() +
         (doubtful ? " ?" : "");
}

TEST(SingleFilePrediction, IsTakenFromTheStrongestWitness) {
  EXPECT_EQ(sd2_prediction({}), "sd2 v_prediction ?");
  EXPECT_EQ(sd2_prediction({{"global_step", "875000"}}), "sd2_base epsilon");
  EXPECT_EQ(sd2_prediction({{"modelspec.prediction_type", "epsilon"}}), "sd2_base epsilon");
  EXPECT_EQ(sd2_prediction({{"modelspec.architecture", "stable-diffusion-v2-512"}}), "sd2_base epsilon");
  EXPECT_EQ(
      sd2_prediction({{"modelspec.architecture", "stable-diffusion-v2-768-v"}, {"global_step", "875000"}}),
      "sd2 v_prediction");
  EXPECT_EQ(sd2_prediction({{"modelspec.prediction_type", "v"}}, {"epsilon"}), "sd2_base epsilon");
  EXPECT_THROW(sd2_prediction({}, {"sample"}), UsageError);
}

TEST(SingleFileMetadata, DamagedConfigsAreNamed) {
  const TempDir temp;
  const auto refusal = [&](const std::string& configs) {
    const auto path = temp.path() / "a.safetensors";
    write_safetensors(path, {{"a", torch::zeros(1)}}, {{"big.configs", configs}});
    return error_of<InputError>([&] { read_single_file(path); });
  };
  EXPECT_NE(refusal("{").find("big.configs"), std::string::npos);
  EXPECT_NE(refusal("[]").find("expected a JSON object"), std::string::npos);
  EXPECT_NE(refusal(R"({"unet": 1})").find("'unet' is "), std::string::npos);
  EXPECT_NE(refusal("{}").find("is missing"), std::string::npos);
  const std::string deep =
      R"({"model_index":{},"scheduler":{},"unet":{"block_out_channels":[1,1,1,1,1,1,1,1,1]},"vae":{}})";
  EXPECT_NE(refusal(deep).find("expected 1 to 8"), std::string::npos);
  const std::string many =
      R"({"model_index":{},"scheduler":{},"unet":{"block_out_channels":[1],"layers_per_block":1000000000000},"vae":{}})";
  EXPECT_NE(refusal(many).find("layers_per_block"), std::string::npos);
}

TEST(SingleFileText, IsReadWithAndWithoutItsPrefixAndNothingElse) {
  const auto path = references("sd1") / "single.safetensors";
  const std::string prefix = "cond_stage_model.transformer.", text = "text_model.";
  const SafetensorsFile single(path);
  NamedTensors tensors = {{prefix + "text_projection.weight", torch::zeros({1, 1})},
                          {prefix + text + "embeddings.position_ids", torch::arange(77)}};
  for (const auto& [name, entry] : single.entries())
    tensors.emplace_back(name.starts_with(prefix) ? prefix + name.substr(prefix.size() + text.size()) : name,
                         single.tensor(name));
  const TempDir temp;
  write_safetensors(temp.path() / "a.safetensors", tensors, single.metadata());
  const auto read = read_single_file(temp.path() / "a.safetensors");
  expect_same(read.parts.at("text_encoder"), read_single_file(path).parts.at("text_encoder"), "text");
  EXPECT_EQ(read.extra.size(), 2u);
}

TEST(VaeFile, IsReadUnderAllItsNames) {
  const auto model = read_model_folder(references("sd1") / "model");
  const auto& config = model.configs.at("vae");
  const TempDir temp;
  NamedTensors bare;
  const SafetensorsFile single(references("sd1") / "single.safetensors");
  for (const auto& [name, entry] : single.entries())
    if (name.starts_with("first_stage_model.")) bare.emplace_back(name.substr(18), single.tensor(name));
  bare.emplace_back("loss.discriminator.weight", torch::zeros(1));
  write_safetensors(temp.path() / "vae.safetensors", bare);
  for (const fs::path& path : {temp.path() / "vae.safetensors", single.path(), references("sd1") / "model",
                               references("sd1") / "model" / "vae",
                               references("sd1") / "model" / "vae" / "diffusion_pytorch_model.safetensors"})
    expect_same(read_vae(path, config).tensors, model.parts.at("vae"), path.string());
  EXPECT_THROW(read_vae(references("sd1") / "pickles", config), InputError);
}

}  // namespace
}  // namespace big
