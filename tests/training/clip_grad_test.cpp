#include "clip_grad.h"

#include <gtest/gtest.h>
#include <torch/nn/utils/clip_grad.h>

namespace big {
namespace {

std::vector<torch::Tensor> make_parameters() {
  torch::manual_seed(5);
  std::vector<torch::Tensor> parameters;
  for (int64_t size : {3, 40, 1}) {
    parameters.push_back(torch::randn({size}, torch::kFloat64).requires_grad_(true));
    parameters.back().mutable_grad() = torch::randn({size}, torch::kFloat64);
  }
  return parameters;
}

TEST(ClipGradNorm, EqualsTorch) {
  const auto ours = make_parameters(), theirs = make_parameters();
  const double norm = clip_grad_norm(ours, 0.5);
  EXPECT_NEAR(norm, torch::nn::utils::clip_grad_norm_(theirs, 0.5), 1e-12);
  for (size_t i = 0; i < ours.size(); ++i)
    EXPECT_TRUE(torch::allclose(ours[i].grad(), theirs[i].grad(), 1e-13, 0));
}

TEST(ClipGradNorm, LeavesShortGradientsAlone) {
  const auto ours = make_parameters(), untouched = make_parameters();
  clip_grad_norm(ours, 1000);
  for (size_t i = 0; i < ours.size(); ++i) EXPECT_TRUE(torch::equal(ours[i].grad(), untouched[i].grad()));
}

}  // namespace
}  // namespace big
