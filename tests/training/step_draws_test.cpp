#include "step_draws.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

namespace big {
namespace {

TEST(StepDraws, AreAPureFunctionOfSeedAndPass) {
  const auto first = draw_step(42, 7, {4, 3, 2, 2}, 1000);
  torch::manual_seed(99);  // the global generator plays no part
  draw_step(42, 8, {4, 3, 2, 2}, 1000);
  const auto again = draw_step(42, 7, {4, 3, 2, 2}, 1000);
  EXPECT_TRUE(torch::equal(first.latent_noise, again.latent_noise));
  EXPECT_TRUE(torch::equal(first.noise, again.noise));
  EXPECT_TRUE(torch::equal(first.timesteps, again.timesteps));
}

TEST(StepDraws, DifferBySeedAndByPass) {
  const auto draws = draw_step(1, 0, {2, 4, 8, 8}, 1000);
  EXPECT_FALSE(torch::equal(draws.noise, draw_step(1, 1, {2, 4, 8, 8}, 1000).noise));
  EXPECT_FALSE(torch::equal(draws.noise, draw_step(2, 0, {2, 4, 8, 8}, 1000).noise));
  EXPECT_FALSE(torch::equal(draws.noise, draws.latent_noise));
}

TEST(StepDraws, TimestepsCoverTheWholeRangeEvenly) {
  std::vector<torch::Tensor> all;
  for (int64_t pass = 0; pass < 500; ++pass) all.push_back(draw_step(3, pass, {8, 1, 1, 1}, 10).timesteps);
  const auto counts = torch::bincount(torch::cat(all), {}, 10);
  EXPECT_EQ(counts.size(0), 10);
  EXPECT_GT(counts.min().item<int64_t>(), 300);  // 400 expected, sigma 19
  EXPECT_LT(counts.max().item<int64_t>(), 500);
}

TEST(StepDraws, NoiseIsStandardNormal) {
  const auto noise = draw_step(5, 0, {8, 4, 32, 32}, 1000).noise;
  EXPECT_NEAR(noise.mean().item<double>(), 0, 0.03);
  EXPECT_NEAR(noise.std().item<double>(), 1, 0.03);
}

TEST(DrawFlip, IsEverySecondAndAPureFunction) {
  int64_t flips = 0;
  for (int64_t pass = 0; pass < 400; ++pass) {
    flips += draw_flip(9, pass, 1);
    EXPECT_EQ(draw_flip(9, pass, 1), draw_flip(9, pass, 1));
  }
  EXPECT_GT(flips, 150);
  EXPECT_LT(flips, 250);
}

TEST(DrawCrop, StaysInsideThePictureAndReachesBothEnds) {
  const Image wide(20, 16);
  std::set<int> places;
  for (int64_t pass = 0; pass < 100; ++pass) {
    const auto corner = draw_crop(9, pass, 1, wide, 16);
    EXPECT_EQ(corner.y, 0);
    places.insert(corner.x);
  }
  EXPECT_EQ(places, (std::set<int>{0, 1, 2, 3, 4}));
}

}  // namespace
}  // namespace big
