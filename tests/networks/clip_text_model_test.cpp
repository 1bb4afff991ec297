#include "big/networks/clip_text_model.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <stdexcept>

namespace big {
namespace {

ClipTextConfig tiny_config() {
  ClipTextConfig config;
  config.vocab_size = 10;
  config.hidden_size = 8;
  config.intermediate_size = 8;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.max_position_embeddings = 4;
  config.eos_token_id = 7;
  return config;
}

ClipTextModel random_model(const ClipTextConfig& config) {
  ClipTextModel model(config);
  initialize(*model);
  return model;
}

TEST(ClipTextModel, RefusesMoreTokensThanItsWindow) {
  const auto model = random_model(tiny_config());
  EXPECT_EQ(model(torch::zeros({1, 4}, torch::kInt64)).size(2), 8);
  EXPECT_THROW(model(torch::zeros({1, 5}, torch::kInt64)), std::invalid_argument);
}

TEST(ClipTextModel, PoolsWhereTheTextEndsFirst) {
  const auto model = random_model(tiny_config());
  const auto text = model->encode(torch::tensor({{9, 7, 7, 7}, {1, 9, 2, 7}}));
  EXPECT_TRUE(torch::equal(text.pooled[0], text.last_hidden[0][1]));
  EXPECT_TRUE(torch::equal(text.pooled[1], text.last_hidden[1][3]));
}

TEST(ClipTextModel, TakesTheLargestIdForTheEndWhereTheConfigNamesTheWrongOne) {
  auto config = tiny_config();
  config.eos_token_id = 2;
  const auto model = random_model(config);
  const auto text = model->encode(torch::tensor({{2, 3, 9, 9}}));
  EXPECT_TRUE(torch::equal(text.pooled[0], text.last_hidden[0][2]));
}

TEST(ClipTextModel, ProjectsThePooledTextWhereTheConfigSaysSo) {
  auto config = tiny_config();
  config.projection_dim = 5;
  const auto model = random_model(config);
  EXPECT_EQ(model->encode(torch::tensor({{1, 7, 7, 7}})).pooled.sizes(), (std::vector<int64_t>{1, 5}));
  EXPECT_TRUE(model->has_parameter("text_projection.weight"));
  EXPECT_FALSE(model->has_parameter("text_projection.bias"));
}

TEST(ClipTextModel, PenultimateParametersAreThoseThatItsGradientReaches) {
  const auto model = random_model(tiny_config());
  model->encode(torch::tensor({{1, 2, 3, 7}})).penultimate().sum().backward();
  size_t reached = 0;
  for (const auto& parameter : model->parameters()) reached += parameter.grad().defined();
  const auto named = model->penultimate_parameters();
  EXPECT_EQ(named.size(), reached);
  for (const auto& parameter : named) EXPECT_TRUE(parameter.grad().defined());
}

}  // namespace
}  // namespace big
