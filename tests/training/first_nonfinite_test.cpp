#include "first_nonfinite.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "training/tiny_model.h"

namespace big {
namespace {

NamedTensors weights_by_name(const StableDiffusion& model) {
  NamedTensors weights;
  for (const auto& item : model.unet->named_parameters())
    weights.emplace_back("unet." + item.first, item.second);
  return weights;
}

std::string found_in(StableDiffusion& model) {
  const at::NoGradGuard no_grad;
  return first_nonfinite_layer(weights_by_name(model), [&] {
    model.unet->forward(torch::ones({1, 4, 8, 8}), torch::tensor({5}), torch::ones({1, 12, 16}), {});
  });
}

TEST(FirstNonfiniteLayer, IsTheOneWhoseWeightIsBroken) {
  for (const std::string name :
       {"conv_in", "down_blocks.0.resnets.0.conv1", "mid_block.attentions.0.transformer_blocks.0.attn2.to_k",
        "up_blocks.1.resnets.1.norm2", "conv_out"}) {
    auto model = tiny_model();
    for (const auto& [parameter, tensor] : weights_by_name(model)) {
      if (parameter != "unet." + name + ".weight") continue;
      torch::Tensor(tensor).view(-1)[0] = std::numeric_limits<float>::infinity();
    }
    EXPECT_EQ(found_in(model), "unet." + name);
  }
}

TEST(FirstNonfiniteLayer, IsNoneWhereAllIsFinite) {
  auto model = tiny_model();
  EXPECT_EQ(found_in(model), "");
}

TEST(FirstNonfiniteLayer, NamesTheLayerBeforeAStepWithoutWeights) {
  const auto weight = torch::full({1, 1}, 3e38F);
  const auto input = torch::ones({1, 1});
  const at::NoGradGuard no_grad;
  EXPECT_EQ(first_nonfinite_layer({{"unet.a.weight", weight}},
                                  [&] { at::linear(input, weight).mul(10).add(1); }),
            "what follows unet.a");
}

}  // namespace
}  // namespace big
