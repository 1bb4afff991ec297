#include "checkpoint.h"

#include <gtest/gtest.h>

#include "tiny_networks.h"

namespace big {
namespace {

UNet2DConditionConfig small_config() {
  UNet2DConditionConfig config;
  config.block_out_channels = {8, 16};
  config.down_block_types = {"CrossAttnDownBlock2D", "DownBlock2D"};
  config.up_block_types = {"UpBlock2D", "CrossAttnUpBlock2D"};
  config.layers_per_block = {1, 1};
  config.attention_heads = {2, 2};
  config.transformer_layers_per_block = {1, 1};
  config.cross_attention_dim = {6, 6};
  config.norm_num_groups = 4;
  return config;
}

UNet2DCondition small_unet() {
  UNet2DCondition unet(small_config());
  initialize(*unet);
  unet->to(torch::kFloat64);
  return unet;
}

/// Gradients of a scalar loss by name, those of the sample and the text under "sample" and "context".
std::map<std::string, torch::Tensor> gradients(UNet2DCondition unet, bool of_inputs) {
  torch::manual_seed(3);
  const auto options = torch::TensorOptions().dtype(torch::kFloat64);
  const auto sample = torch::randn({2, 4, 8, 8}, options).set_requires_grad(of_inputs);
  const auto context = torch::randn({2, 5, 6}, options).set_requires_grad(of_inputs);
  unet->zero_grad();
  unet(sample, torch::tensor({10, 900}), context).square().sum().backward();

  std::map<std::string, torch::Tensor> result;
  for (const auto& item : unet->named_parameters()) {
    if (item.second.grad().defined()) result[item.first] = item.second.grad().clone();
  }
  if (of_inputs) {
    result["sample"] = sample.grad();
    result["context"] = context.grad();
  }
  return result;
}

void expect_equal(const std::map<std::string, torch::Tensor>& a,
                  const std::map<std::string, torch::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, gradient] : b) {
    ASSERT_TRUE(a.count(name)) << name;
    EXPECT_TRUE(torch::allclose(a.at(name), gradient, 1e-10, 1e-12)) << name;
  }
}

TEST(GradientCheckpointing, GivesTheSameGradientsForParametersAlone) {
  const auto unet = small_unet();
  const auto plain = gradients(unet, false);
  EXPECT_EQ(plain.size(), unet->parameters().size());
  unet->set_gradient_checkpointing(true);
  expect_equal(gradients(unet, false), plain);
}

TEST(GradientCheckpointing, GivesTheSameGradientsForInputsToo) {
  const auto unet = small_unet();
  const auto plain = gradients(unet, true);
  unet->set_gradient_checkpointing(true);
  expect_equal(gradients(unet, true), plain);
}

TEST(GradientCheckpointing, LeavesFrozenParametersAlone) {
  const auto unet = small_unet();
  for (const auto& item : unet->named_parameters()) {
    item.second.requires_grad_(item.first.find("attn2") != std::string::npos);
  }
  const auto plain = gradients(unet, false);
  unet->set_gradient_checkpointing(true);
  expect_equal(gradients(unet, false), plain);
}

TEST(GradientCheckpointing, RunsTheBlockOncePerPass) {
  const auto weight = torch::ones({2}).set_requires_grad(true);
  int runs = 0;
  const BlockFunction block = [&](const std::vector<torch::Tensor>& in) {
    ++runs;
    return in[0] * weight;
  };
  const auto output = checkpoint(block, {torch::full({2}, 3.0)}, {weight});
  EXPECT_EQ(runs, 1);
  output.sum().backward();
  EXPECT_EQ(runs, 2);
  EXPECT_TRUE(torch::equal(weight.grad(), torch::full({2}, 3.0)));
}

}  // namespace
}  // namespace big
