#include "layers.h"

#include <gtest/gtest.h>
#include <torch/nn/init.h>

#include <cmath>

#include "embedding.h"

namespace big {
namespace {

/// The range and the mean that torch's own draw has, whatever the order of its numbers.
TEST(Layers, BeginAsPyTorchsDo) {
  torch::manual_seed(4);
  const auto convolution = conv_3x3(16, 400);
  initialize(*convolution);
  const auto theirs = torch::empty({400, 16, 3, 3});
  torch::nn::init::kaiming_uniform_(theirs, std::sqrt(5.0));
  const auto largest = [](const torch::Tensor& tensor) { return tensor.abs().max().item<double>(); };
  EXPECT_NEAR(largest(convolution->weight), largest(theirs), 1e-4);
  EXPECT_NEAR(convolution->weight.std().item<double>(), theirs.std().item<double>(), 1e-3);
  EXPECT_LE(largest(convolution->bias), 1 / std::sqrt(16 * 9.0));

  const auto norm = group_norm(2, 4, 1e-5);
  initialize(*norm);
  EXPECT_TRUE(torch::equal(norm->weight, torch::ones({4})));
  EXPECT_TRUE(torch::equal(norm->bias, torch::zeros({4})));

  const Embedding embedding(100, 50);
  initialize(*embedding);
  EXPECT_NEAR(embedding->weight.std().item<double>(), 1, 0.05);
}

}  // namespace
}  // namespace big
