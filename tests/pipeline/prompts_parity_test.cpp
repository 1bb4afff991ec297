// Prompts in the web UIs' syntax against an independent formula on transformers and diffusers
// (tests/parity/prompts.py).
#include <gtest/gtest.h>

#include "big/pipeline/text_to_image.h"
#include "big/weights/safetensors.h"
#include "pixels.h"
#include "prompt_encoder.h"
#include "references.h"
#include "support/parity.h"

namespace big {
namespace {

constexpr double kTolerance = 1e-5;  // of the largest element, fp32

class PromptsParity : public testing::TestWithParam<std::string> {
 protected:
  PromptsParity()
      : model_(load_model(test::references(GetParam()) / "model")),
        file_(test::references(GetParam()) / "prompts.safetensors") {}

  Json cases(const std::string& kind) const { return parse_json(file_.metadata().at(kind), kind); }

  TextEmbeddings encode(const std::string& prompt, int64_t clip_skip = 0) {
    GenerateOptions options;
    options.clip_skip = clip_skip;
    return PromptEncoder(model_, options).encode(prompt);
  }

  torch::Tensor draw(const Json& entry, const std::function<void(GenerateOptions&)>& change = {}) {
    GenerateOptions options;
    options.prompt = entry.at("prompt");
    options.negative_prompt = entry.at("negative_prompt");
    options.guidance_scale = entry.at("guidance_scale");
    options.num_inference_steps = entry.at("steps");
    options.num_images = 1;
    options.seed = 11;
    if (change) change(options);
    torch::Tensor picture;
    generate(model_, options, [&](int64_t, Image image) { picture = test::pixels(image); });
    return picture;
  }

  const at::NoGradGuard no_grad_;
  StableDiffusion model_;
  SafetensorsFile file_;
};

TEST_P(PromptsParity, EmbeddingsAreThoseOfTheFormula) {
  double worst = 0;
  for (const Json& entry : cases("embeddings")) {
    const auto name = entry.at("name").get<std::string>();
    const auto text = encode(entry.at("prompt"), entry.at("clip_skip"));
    const auto expected = file_.tensor(name + ".context");
    EXPECT_TRUE(matches(text.context, expected, kTolerance)) << name;
    EXPECT_EQ(text.pooled.defined(), bool(model_.text_encoder_2));
    if (text.pooled.defined())
      EXPECT_TRUE(matches(text.pooled, file_.tensor(name + ".pooled"), kTolerance)) << name;
    worst = std::max(worst, relative_difference(text.context, expected));
  }
  std::cout << GetParam() << ": worst difference " << worst << " of the largest element\n";
}

TEST_P(PromptsParity, FaultsWouldShow) {
  const auto expected = file_.tensor("weights.context");
  const auto plain = encode("a red house, big dark (old)").context;
  EXPECT_FALSE(matches(plain, expected, kTolerance)) << "weights that are passed over";
  const auto brought_back = encode("a (red:1.31) house, ((big)) [dark] \\(old\\)").context;
  EXPECT_FALSE(matches(brought_back, expected, kTolerance)) << "a weight a hundredth off";
  EXPECT_FALSE(matches(expected * (plain.mean() / expected.mean() * 1.001), expected, kTolerance))
      << "another mean";
  EXPECT_NE(encode("a cat a (blue:1.4) dog").context.sizes(), file_.tensor("break.context").sizes());
  EXPECT_FALSE(matches(encode("a cat, in the snow", 2).context, file_.tensor("skip-1.context"), kTolerance));
}

TEST_P(PromptsParity, TextWithoutSyntaxIsBitEqualToThePlainOne) {
  for (const std::string prompt : {"", "a photo of a cat, in the snow", "  two   spaces ", "小狗 🐶"}) {
    const auto text = encode(prompt);
    const auto plain = encode_prompts(model_, {prompt});
    EXPECT_TRUE(torch::equal(text.context, plain.context)) << prompt;
    if (plain.pooled.defined()) EXPECT_TRUE(torch::equal(text.pooled, plain.pooled)) << prompt;
    EXPECT_TRUE(torch::equal(encode("(" + prompt + ":1)").context, plain.context)) << prompt;
  }
}

TEST_P(PromptsParity, PicturesAreWithinOneLevelOfTheFormula) {
  int worst = 0;
  for (const Json& entry : cases("pictures")) {
    const auto name = entry.at("name").get<std::string>();
    const auto expected = file_.tensor(name).to(torch::kInt32);
    EXPECT_GT(expected.to(torch::kFloat32).std().item<double>(), 5.0) << name << " shows nothing";
    const int difference = (draw(entry) - expected).abs().max().item<int>();
    EXPECT_LE(difference, 1) << name;
    worst = std::max(worst, difference);
    if (GetParam() != "sd1") continue;  // the same prompts in each family
    const auto plain = draw(entry, [](GenerateOptions& options) { options.prompt_syntax = kPlainSyntax; });
    EXPECT_GT((plain - expected).abs().max().item<int>(), 1)
        << name << ": read as plain text it shows no fault";
  }
  std::cout << GetParam() << ": worst difference " << worst << "/255\n";
}

TEST_P(PromptsParity, APictureOfSyntaxAloneIsThatOfItsBatch) {
  std::vector<torch::Tensor> batch;
  GenerateOptions options;
  options.prompt = "[a cat|(a dog:1.2)] AND snow :0.5";
  options.num_inference_steps = 3;
  options.num_images = options.batch_size = 3;
  generate(model_, options, [&](int64_t, Image image) { batch.push_back(test::pixels(image)); });
  options.num_images = options.batch_size = 1;
  options.seed += 2;
  generate(model_, options, [&](int64_t, Image image) {
    EXPECT_LE((test::pixels(image) - batch.at(2)).abs().max().item<int>(), 1);
  });
}

INSTANTIATE_TEST_SUITE_P(Families,
                         PromptsParity,
                         testing::Values("sd1", "sd2", "starter", "sdxl"),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace big
