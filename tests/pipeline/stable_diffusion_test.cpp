#include "big/pipeline/stable_diffusion.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <fstream>

#include "big/core/error.h"
#include "references.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

/// A copy of a tiny model that a test may damage; weights are linked.
class ModelFolder : public testing::Test {
 protected:
  ModelFolder() : folder_(temp_.path() / "model") {
    fs::copy(test::references("starter") / "model", folder_, fs::copy_options::recursive);
  }

  void edit(const std::string& file, const std::function<void(Json&)>& change) {
    auto json = read_json(folder_ / file);
    change(json);
    std::ofstream(folder_ / file) << json.dump();
  }

  std::string load_error() {
    try {
      load_model(folder_);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }

  void expect_error(const std::string& part) {
    const auto error = load_error();
    EXPECT_NE(error.find(part), std::string::npos) << error;
  }

  TempDir temp_;
  fs::path folder_;
};

TEST_F(ModelFolder, LoadsFrozenAndReadyToDraw) {
  const auto model = load_model(folder_);
  EXPECT_EQ(model.native_size(), 64);
  for (const auto& parameter : model.unet->parameters()) {
    ASSERT_FALSE(parameter.requires_grad());
    ASSERT_FALSE(parameter.is_inference());
  }
  EXPECT_EQ(model.schedule->config().prediction_type, PredictionType::kV);
}

TEST_F(ModelFolder, LoadsInTheTypeThatIsAskedFor) {
  const auto model = load_model(folder_, {torch::kCPU, torch::kBFloat16});
  EXPECT_EQ(model.dtype, torch::kBFloat16);
  for (const auto& parameter : model.vae->parameters()) ASSERT_EQ(parameter.scalar_type(), torch::kBFloat16);
}

TEST_F(ModelFolder, EmbeddingsHaveOneRowAPrompt) {
  auto model = load_model(folder_);
  const auto text = encode_prompts(model, {"a cat", "", "a dog"});
  const auto embeddings = text.context;
  EXPECT_FALSE(text.pooled.defined());
  EXPECT_EQ(embeddings.sizes(),
            (std::vector<int64_t>{3, model.tokenizer->max_length(), model.text_encoder->config.hidden_size}));
  EXPECT_FALSE(embeddings.requires_grad());
  EXPECT_FALSE(torch::allclose(embeddings[0], embeddings[2]));
  model.text_encoder->parameters().front().requires_grad_(true);
  EXPECT_TRUE(encode_prompts(model, {"a cat"}).context.requires_grad());
}

TEST_F(ModelFolder, EachMissingPartIsNamed) {
  for (const char* part :
       {"model_index.json", "scheduler/scheduler_config.json", "unet/config.json", "vae/config.json",
        "text_encoder/config.json", "unet/diffusion_pytorch_model.safetensors",
        "text_encoder/model.safetensors", "tokenizer"}) {
    SCOPED_TRACE(part);
    fs::rename(folder_ / part, folder_ / "hidden");
    expect_error(fs::path(part).parent_path().empty() ? part : fs::path(part).parent_path().string());
    fs::rename(folder_ / "hidden", folder_ / part);
  }
  EXPECT_EQ(load_error(), "no error");
}

TEST_F(ModelFolder, AFolderThatIsNotThereIsNamed) {
  folder_ = temp_.path() / "nowhere";
  expect_error("nowhere: there is no such folder");
}

TEST_F(ModelFolder, AnotherKindOfModelIsRefused) {
  edit("model_index.json", [](Json& json) { json["_class_name"] = "FluxPipeline"; });
  expect_error("the model is a FluxPipeline");
}

TEST_F(ModelFolder, PartsOfDifferentModelsAreRefused) {
  // The first family's text encoder has another width.
  fs::remove_all(folder_ / "text_encoder");
  fs::copy(test::references("sd1") / "model" / "text_encoder", folder_ / "text_encoder",
           fs::copy_options::recursive);
  expect_error("cross_attention_dim");
}

TEST_F(ModelFolder, WeightsOfAnotherShapeAreRefused) {
  edit("unet/config.json", [](Json& json) { json["in_channels"] = 9; });
  expect_error("conv_in.weight");
}

TEST_F(ModelFolder, TheInfinityThatDiffusersWritesIsRead) {
  std::ofstream(folder_ / "scheduler" / "scheduler_config.json")
      << R"({"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "steps_offset": 3})";
  const auto config = load_model(folder_).schedule->config();
  EXPECT_EQ(config.class_name, "DPMSolverMultistepScheduler");
  EXPECT_EQ(config.steps_offset, 3);
  EXPECT_LT(config.lambda_min_clipped, -1e300);
}

TEST_F(ModelFolder, ABrokenSchedulerFileIsNamed) {
  std::ofstream(folder_ / "scheduler" / "scheduler_config.json") << "{\"steps_offset\": ";
  expect_error("scheduler_config.json");
}

}  // namespace
}  // namespace big
