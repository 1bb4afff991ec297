#include "big/diffusion/noise.h"

#include <gtest/gtest.h>

#include "sampler_runs.h"

namespace big {
namespace {

const std::vector<uint64_t> kSeeds = {0, (uint64_t{1} << 63) + 5};

TEST(PictureNoise, NumbersAreThoseOfPythonsGenerator) {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{3}, {4, 5, 7}, {4, 64, 64}}) {
    std::string name = "randn.";
    for (const auto side : shape) name += (name.back() == '.' ? "" : "x") + std::to_string(side);
    const auto expected = test::sampler_references().tensor(name);
    PictureNoise noise(kSeeds);
    EXPECT_TRUE(torch::equal(noise.normal(shape), expected[0])) << name;
    EXPECT_TRUE(torch::equal(noise.normal(shape), expected[1])) << name << ", second draw";
  }
}

TEST(PictureNoise, EveryPictureHasItsOwnStream) {
  PictureNoise both({3, 4}), alone({4});
  both.normal({2, 2});
  alone.normal({2, 2});
  EXPECT_TRUE(torch::equal(both.normal({5, 5})[1], alone.normal({5, 5})[0]));
}

}  // namespace
}  // namespace big
