#include "loss.h"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace big {
namespace {

// Two instance rows, each 1 off, and two prior rows, each 3 off.
const torch::Tensor kPrediction = torch::tensor({1.0, 1.0, 3.0, 3.0}).reshape({4, 1, 1, 1});
const torch::Tensor kTarget = torch::zeros({4, 1, 1, 1});

TEST(DreamboothLoss, WeighsThePriorHalf) {
  EXPECT_FLOAT_EQ(dreambooth_loss(kPrediction, kTarget, 1.0).item<float>(), 1 + 9);
  EXPECT_FLOAT_EQ(dreambooth_loss(kPrediction, kTarget, 0.5).item<float>(), 1 + 4.5);
}

TEST(DreamboothLoss, WithoutPriorAllRowsAreTheSubjects) {
  EXPECT_FLOAT_EQ(dreambooth_loss(kPrediction, kTarget, 0).item<float>(), (1 + 1 + 9 + 9) / 4.0f);
}

}  // namespace
}  // namespace big
