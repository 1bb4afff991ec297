// What SDXL and its relatives have and other models do not.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>

#include "big/core/error.h"
#include "big/pipeline/text_to_image.h"
#include "big/pipeline/vae.h"
#include "references.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

StableDiffusion load(const std::string& family) { return load_model(test::references(family) / "model"); }

TEST(Sdxl, ContextIsBothEncodersAndPooledTextTheSeconds) {
  auto model = load("sdxl");
  const auto text = encode_prompts(model, {"a cat", "a dog"});
  EXPECT_EQ(text.context.sizes(), (std::vector<int64_t>{2, 77, 32 + 48}));
  EXPECT_EQ(text.pooled.sizes(), (std::vector<int64_t>{2, 40}));
  EXPECT_FALSE(torch::allclose(text.pooled[0], text.pooled[1]));
  EXPECT_TRUE(model.force_zeros_for_empty_prompt);
}

TEST(Sdxl, TimeIdsAreHeightBeforeWidth) {
  const auto ids = time_ids(load("sdxl"), {1, 2, 3, 4, 5, 6}, 7);
  EXPECT_TRUE(torch::equal(ids, torch::tensor({{1.F, 2.F, 3.F, 4.F, 5.F, 6.F}})));
}

TEST(Sdxl, TheRefinerHasAScoreInPlaceOfTheTarget) {
  const auto model = load("refiner");
  EXPECT_FALSE(model.text_encoder);
  EXPECT_FALSE(model.tokenizer);
  EXPECT_EQ(model.time_id_count(), 5);
  EXPECT_TRUE(
      torch::equal(time_ids(model, {1, 2, 3, 4, 5, 6}, 7), torch::tensor({{1.F, 2.F, 3.F, 4.F, 7.F}})));
}

TEST(Sdxl, OtherModelsHaveNone) {
  const auto model = load("sd1");
  EXPECT_EQ(model.time_id_count(), 0);
  EXPECT_FALSE(time_ids(model, {}).defined());
}

std::vector<uint8_t> one_picture(StableDiffusion& model, GenerateOptions options) {
  options.num_images = 1;
  options.num_inference_steps = 2;
  std::vector<uint8_t> bytes;
  generate(model, options, [&](int64_t, Image image) { bytes = image.pixels; });
  return bytes;
}

TEST(Sdxl, NoNegativePromptIsNotTheEmptyOne) {
  auto model = load("sdxl");
  GenerateOptions options;
  options.prompt = "a cat";
  const auto zeros = one_picture(model, options);
  model.force_zeros_for_empty_prompt = false;
  EXPECT_NE(one_picture(model, options), zeros);
}

TEST(Sdxl, ARefinerSaysThatItIsOne) {
  auto model = load("refiner");
  GenerateOptions options;
  options.prompt = "a cat";
  testing::internal::CaptureStderr();
  one_picture(model, options);
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("refiner finishes pictures"), std::string::npos) << log;
}

TEST(Sdxl, AModelThatIsToldTheScaleIsNotGuidedTwice) {
  auto model = load("lcm");
  GenerateOptions options;
  options.prompt = "a cat";
  options.negative_prompt = "blurry";
  const auto first = one_picture(model, options);
  options.negative_prompt = "";
  EXPECT_EQ(one_picture(model, options), first);
  options.guidance_scale = 3;
  EXPECT_NE(one_picture(model, options), first);
}

TEST(Vae, EncodingThatOverflowsInHalfPrecisionIsDoneAgain) {
  const torch::NoGradGuard no_grad;
  auto model = load_model(test::references("sdxl") / "model", {torch::kCPU, torch::kFloat16});
  model.vae->parameter("encoder.conv_in.weight").mul_(50000);
  testing::internal::CaptureStderr();
  const auto latents = encode_pixels(model, torch::rand({1, 3, 16, 16}) * 2 - 1);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("fp32"), std::string::npos);
  EXPECT_TRUE(latents.mean.isfinite().all().item<bool>());
  EXPECT_EQ(model.vae->parameters().front().scalar_type(), torch::kFloat16);
}

/// A copy of the tiny SDXL whose index a test may change; weights are linked.
class SdxlFolder : public testing::Test {
 protected:
  SdxlFolder() : folder_(temp_.path() / "model") {
    fs::copy(test::references("sdxl") / "model", folder_, fs::copy_options::recursive);
  }
  void edit_index(const std::function<void(Json&)>& change) {
    auto json = read_json(folder_ / "model_index.json");
    change(json);
    std::ofstream(folder_ / "model_index.json") << json.dump();
  }
  TempDir temp_;
  fs::path folder_;
};

TEST_F(SdxlFolder, PipelinesOfTheSamePartsLoadToo) {
  for (const char* name : {"StableDiffusionXLImg2ImgPipeline", "StableDiffusionXLInpaintPipeline"}) {
    edit_index([&](Json& json) { json["_class_name"] = name; });
    EXPECT_EQ(load_model(folder_).time_id_count(), 6) << name;
  }
}

TEST_F(SdxlFolder, TheIndexSaysWhatNoNegativePromptMeans) {
  edit_index([](Json& json) { json["force_zeros_for_empty_prompt"] = false; });
  EXPECT_FALSE(load_model(folder_).force_zeros_for_empty_prompt);
  edit_index([](Json& json) { json.erase("force_zeros_for_empty_prompt"); });
  EXPECT_TRUE(load_model(folder_).force_zeros_for_empty_prompt) << "diffusers' default";
}

TEST_F(SdxlFolder, EachMissingPartIsNamed) {
  for (const char* part : {"text_encoder", "tokenizer", "text_encoder_2", "tokenizer_2"}) {
    fs::rename(folder_ / part, folder_ / "hidden");
    const auto error = error_of<InputError>([&] { load_model(folder_); });
    EXPECT_NE(error.find(part), std::string::npos) << error;
    fs::rename(folder_ / "hidden", folder_ / part);
  }
}

}  // namespace
}  // namespace big
