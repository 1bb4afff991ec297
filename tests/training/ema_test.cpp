#include "ema.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"

namespace big {
namespace {

TEST(Ema, FollowsTheWeightsByDiffusersRule) {
  auto weight = torch::zeros({2}, torch::kFloat64);
  Ema ema({weight}, 0.15);
  weight.fill_(1);
  ema.update(1);  // decay 0: the weights as they are
  EXPECT_EQ(ema.averages()[0][0].item<double>(), 1);
  weight.fill_(2);
  ema.update(2);  // (1 + 1) / (10 + 1) is above 0.15
  EXPECT_DOUBLE_EQ(ema.averages()[0][0].item<double>(), 0.15 * 1 + 0.85 * 2);
}

TEST(Ema, SwapsWithoutACopyAndBack) {
  auto weight = torch::ones({2});
  weight.requires_grad_(true);
  Ema ema({weight}, 0.9);
  {
    const at::NoGradGuard no_grad;
    weight.fill_(5);
  }
  const void *before = weight.data_ptr(), *average = ema.averages()[0].data_ptr();
  ema.swap();
  EXPECT_EQ(weight.data_ptr(), average);
  EXPECT_EQ(weight[0].item<float>(), 1);
  EXPECT_TRUE(weight.requires_grad());
  ema.swap();
  EXPECT_EQ(weight.data_ptr(), before);
  EXPECT_EQ(weight[0].item<float>(), 5);
}

TEST(Ema, RefusesADecayThatIsNoShare) { EXPECT_THROW(Ema({torch::ones({1})}, 1.5), UsageError); }

}  // namespace
}  // namespace big
