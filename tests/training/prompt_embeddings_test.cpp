#include "prompt_embeddings.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "training/tiny_model.h"

namespace big {
namespace {

TEST(PromptEmbeddings, FrozenEncoderGivesTheRowsOfEncodePromptsWithoutGradient) {
  auto model = tiny_model();
  PromptEmbeddings embeddings(model, TextEncoderMode::kFrozen, torch::kFloat64);
  const auto rows = embeddings.rows({"dog", "sks dog", "dog"}).context;
  EXPECT_EQ(rows.scalar_type(), torch::kFloat64);
  EXPECT_FALSE(rows.requires_grad());
  const auto expected = encode_prompts(model, {"dog", "sks dog", "dog"}).context.to(torch::kFloat64);
  EXPECT_TRUE(torch::allclose(rows, expected, 1e-5, 1e-6));
}

TEST(PromptEmbeddings, FrozenEncoderRunsOnceForEachPromptOfTheRun) {
  auto model = tiny_model();
  PromptEmbeddings embeddings(model, TextEncoderMode::kFrozen, torch::kFloat32);
  const auto before = embeddings.rows({"dog"}).context;
  torch::NoGradGuard no_grad;
  for (auto& parameter : model.text_encoder->parameters()) parameter.fill_(0.5);
  EXPECT_TRUE(torch::equal(embeddings.rows({"dog"}).context, before));
}

TEST(PromptEmbeddings, OfSdxlComeWithThePooledTextOfEachRow) {
  auto model = tiny_sdxl();
  const std::vector<std::string> prompts = {"dog", "sks dog", "dog"};
  const auto expected = encode_prompts(model, prompts);
  for (const auto mode : {TextEncoderMode::kFrozen, TextEncoderMode::kTrained}) {
    const auto rows = PromptEmbeddings(model, mode, torch::kFloat64).rows(prompts);
    EXPECT_EQ(rows.context.sizes(), (std::vector<int64_t>{3, 12, 32}));
    EXPECT_EQ(rows.pooled.scalar_type(), torch::kFloat64);
    EXPECT_TRUE(torch::allclose(rows.context, expected.context.to(torch::kFloat64), 1e-5, 1e-6));
    EXPECT_TRUE(torch::allclose(rows.pooled, expected.pooled.to(torch::kFloat64), 1e-5, 1e-6));
  }
}

TEST(PromptEmbeddings, TrainedEncoderReceivesTheGradientsOfAllItsRows) {
  auto model = tiny_model();
  for (auto& parameter : model.text_encoder->parameters()) parameter.requires_grad_(true);
  PromptEmbeddings embeddings(model, TextEncoderMode::kTrained, torch::kFloat32);
  const auto weight = torch::randn({3, 12, 16});
  (embeddings.rows({"dog", "sks dog", "dog"}).context * weight).sum().backward();
  std::vector<torch::Tensor> gradients;
  for (auto& parameter : model.text_encoder->parameters()) gradients.push_back(parameter.grad().clone());

  model.text_encoder->zero_grad();
  (encode_prompts(model, {"dog", "sks dog", "dog"}).context * weight).sum().backward();
  const auto parameters = model.text_encoder->parameters();
  for (size_t i = 0; i < parameters.size(); ++i)
    EXPECT_TRUE(torch::allclose(gradients[i], parameters[i].grad(), 1e-4, 1e-5));
}

}  // namespace
}  // namespace big
