// Subjects that are taught by adapters and words: real runs on the real starter, two steps long.
#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/sha256.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "big/personalization/draw.h"
#include "big/personalization/finetune.h"
#include "big/pipeline/folder_adapters.h"
#include "big/weights/safetensors.h"
#include "quick_finetune.h"
#include "support/error_of.h"

namespace big {
namespace fs = std::filesystem;
namespace {

class FinetuneAdapters : public QuickFinetune {
 protected:
  FinetuneAdapters() {
    options.train.method = "lora";
    options.train.learning_rate = 1e-2;
  }
  DrawOptions wish(TargetModel target = TargetModel::kPrivate) {
    DrawOptions drawing;
    drawing.generate.prompt = "a sks";
    drawing.generate.num_images = 1;
    drawing.generate.num_inference_steps = 2;
    drawing.generate.seed = 3;
    drawing.target = target;
    drawing.user = options.user;
    drawing.models_dir = options.models_dir;
    drawing.project_models = options.project_models;
    drawing.output_dir = folder() / "drawn";
    return drawing;
  }
  std::string picture(const DrawOptions& drawing) {
    return sha256_of_files({draw(drawing, plan_drawing(drawing)).images.front().path});
  }
};

/// Bytes of files that nothing else shares.
uint64_t own_bytes(const fs::path& folder) {
  uint64_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file() && entry.hard_link_count() == 1) bytes += entry.file_size();
  return bytes;
}

TEST_F(FinetuneAdapters, APrivateLoraIsAWholeFolderOfFewBytesThatDraws) {
  options.save = "diffusers,kohya,peft";
  const FinetuneResult result = finetune(options);
  EXPECT_EQ(result.identifier, "sks");
  EXPECT_TRUE(fs::equivalent(result.model_path / "unet/diffusion_pytorch_model.safetensors",
                             starter() / "unet/diffusion_pytorch_model.safetensors"));
  const auto lora = read_folder_adapters(result.model_path).lora;
  EXPECT_EQ(lora, result.model_path / "pytorch_lora_weights.safetensors");
  EXPECT_LT(own_bytes(result.model_path), 4u << 20) << "three forms of it";
  const std::map<std::string, fs::path> saved = {{"diffusers", lora},
                                                 {"kohya", result.model_path / "sks_lora.safetensors"},
                                                 {"peft", result.model_path / "sks_peft"}};
  EXPECT_EQ(result.saved, saved);
  const SafetensorsFile kohya(saved.at("kohya"));
  EXPECT_EQ(kohya.metadata().at("modelspec.trigger_phrase"), "sks cat");
  EXPECT_EQ(kohya.metadata().at("ss_steps"), "2");
  EXPECT_EQ(kohya.metadata().at("ss_num_train_images"), "3");
  EXPECT_TRUE(kohya.metadata().count("sshs_model_hash"));

  const auto plan = plan_drawing(wish());
  ASSERT_EQ(plan.own_loras.size(), 1u);
  EXPECT_TRUE(plan.loras.empty());
  EXPECT_EQ(plan.prompt_used, "a sks cat");
  const std::string drawn = picture(wish());
  // The base with the file as any LoRA draws the same; without it, another picture.
  DrawOptions by_hand = wish(TargetModel::kPretrained);
  by_hand.generate.prompt = "a sks cat";
  const auto pixels = [&](const DrawOptions& drawing) {
    return read_image(draw(drawing, plan_drawing(drawing)).images.front().path);
  };
  const Image own = pixels(wish()), without = pixels(by_hand);
  by_hand.loras = {saved.at("kohya").string()};
  EXPECT_EQ(pixels(by_hand), own);
  EXPECT_NE(without, own);
  EXPECT_EQ(picture(wish()), drawn) << "the same command, the same bytes";
}

TEST_F(FinetuneAdapters, PicturesNameTheSubjectsLoraForWebUis) {
  finetune(options);
  const auto drawing = wish();
  const auto text = read_png_text(draw(drawing, plan_drawing(drawing)).images.front().path);
  std::string parameters, own;
  for (const auto& [key, value] : text) (key == "parameters" ? parameters : own) = value;
  EXPECT_NE(parameters.find("a sks cat <lora:sks:1>"), std::string::npos) << parameters;
  EXPECT_NE(parameters.find("Lora hashes: \"sks: "), std::string::npos) << parameters;
  const Json json = Json::parse(own);
  EXPECT_EQ(json.at("loras"), Json::array()) << "nobody asked for it";
  EXPECT_EQ(json.at("adapters").at(0).at("name"), "sks");
}

TEST_F(FinetuneAdapters, TheSameSeedGivesTheSameLora) {
  options.identifier = "sks";
  const auto hash = [](const FinetuneResult& result) {
    return sha256_of_files({read_folder_adapters(result.model_path).lora});
  };
  const std::string first = hash(finetune(options));
  options.overwrite = true;
  EXPECT_EQ(hash(finetune(options)), first);
  options.train.seed = 8;
  EXPECT_NE(hash(finetune(options)), first);
}

TEST_F(FinetuneAdapters, AWordIsItsVectorsAlone) {
  options.train.method = "textual_inversion";
  const FinetuneResult result = finetune(options);
  EXPECT_EQ(result.plan.class_images_to_draw, 0) << "prompts without the word teach it nothing";
  const auto adapters = read_folder_adapters(result.model_path);
  EXPECT_TRUE(adapters.lora.empty());
  EXPECT_EQ(result.saved.at("embedding"), adapters.embeddings.at("sks"));
  EXPECT_LT(own_bytes(result.model_path), 100u << 10);
  const auto plan = plan_drawing(wish());
  ASSERT_EQ(plan.own_embeddings.size(), 1u);
  EXPECT_EQ(plan.own_embeddings.front().name, "sks");
  DrawOptions plain = wish(TargetModel::kPretrained);
  plain.generate.prompt = "a sks cat";
  EXPECT_NE(picture(wish()), picture(plain));
}

TEST_F(FinetuneAdapters, PivotalHasBoth) {
  options.train.method = "pivotal";
  options.train.prior = "self_distilled";
  const FinetuneResult result = finetune(options);
  EXPECT_EQ(result.plan.class_images_to_draw, 0) << "the teacher needs no pictures";
  const auto adapters = read_folder_adapters(result.model_path);
  EXPECT_FALSE(adapters.lora.empty());
  EXPECT_EQ(adapters.embeddings.size(), 1u);
  EXPECT_NO_THROW(picture(wish()));
}

TEST_F(FinetuneAdapters, AMetamodelGoesOnWithItsLora) {
  options.target = TargetModel::kMeta;
  const FinetuneResult first = finetune(options);
  options.train.lora.rank = 7;  // no say any more
  const FinetuneResult second = finetune(options);
  const auto shape = [](const FinetuneResult& result) {
    const SafetensorsFile file(read_folder_adapters(result.model_path).lora);
    for (const auto& [name, entry] : file.entries())
      if (name.ends_with(".lora.down.weight")) return entry.shape;
    return std::vector<int64_t>();
  };
  EXPECT_EQ(shape(first).at(0), 4);
  EXPECT_EQ(shape(second).at(0), 4);
  EXPECT_TRUE(fs::equivalent(second.model_path / "unet/diffusion_pytorch_model.safetensors",
                             starter() / "unet/diffusion_pytorch_model.safetensors"));
  EXPECT_NO_THROW(picture(wish(TargetModel::kMeta)));

  options.train.method = "full";
  const auto error = error_of<UsageError>([&] { finetune(options); });
  EXPECT_NE(error.find("--method lora"), std::string::npos) << error;
}

TEST_F(FinetuneAdapters, WhatDoesNotGoTogetherIsRefused) {
  const auto refusal = [&](auto change) {
    FinetuneOptions changed = options;
    change(changed);
    return error_of<UsageError>([&] { finetune(changed); });
  };
  EXPECT_NE(refusal([](auto& o) { o.train.method = "loha"; }).find("'loha'"), std::string::npos);
  EXPECT_NE(refusal([](auto& o) {
              o.train.method = "full";
              o.save = "diffusers,kohya";
            }).find("--method lora"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) {
              o.train.method = "textual_inversion";
              o.target = TargetModel::kMeta;
            }).find("private"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) {
              o.train.prior = "self_distilled";
              o.target = TargetModel::kMeta;
            }).find("photos"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) {
              o.train.method = "pivotal";
              o.save = "single_file";
            }).find("new word"),
            std::string::npos);
  FinetuneOptions missing = options;
  missing.train.lora.init = "/nowhere/x.safetensors";
  EXPECT_THROW(finetune(missing), InputError);
  EXPECT_FALSE(fs::exists(options.models_dir / "registry.json"));
}

TEST_F(FinetuneAdapters, ASubjectOfAdaptersIsNoBase) {
  const FinetuneResult first = finetune(options);
  options.pretrained_model = first.model_path.string();
  const auto error = error_of<InputError>([&] { finetune(options); });
  EXPECT_NE(error.find("--init_lora"), std::string::npos) << error;
}

}  // namespace
}  // namespace big
