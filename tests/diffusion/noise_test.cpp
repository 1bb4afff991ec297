#include "big/diffusion/noise.h"

#include <ATen/core/PhiloxRNGEngine.h>
#include <gtest/gtest.h>

#include <array>

#include "big/core/error.h"
#include "philox.h"
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
  for (const auto source : {NoiseSource::kCpu, NoiseSource::kPhilox}) {
    PictureNoise both({3, 4}, source), alone({4}, source);
    both.normal({2, 2});
    alone.normal({2, 2});
    EXPECT_TRUE(torch::equal(both.normal({5, 5})[1], alone.normal({5, 5})[0]));
  }
}

/// Counter, key and output of Philox 4x32-10, as Random123's kat_vectors has them.
struct KnownAnswer {
  std::array<uint64_t, 2> counter;
  uint64_t key;
  std::array<uint32_t, 4> output;
};

TEST(Philox, AnswersAsRandom123) {
  const KnownAnswer answers[] = {
      {{0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{~uint64_t{0}, ~uint64_t{0}}, ~uint64_t{0}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x85a308d3243f6a88, 0x0370734413198a2e},
       0x299f31d0a4093822,
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};
  for (const auto& answer : answers) {
    at::Philox4_32 engine(answer.key, answer.counter[1], answer.counter[0]);
    for (const uint32_t word : answer.output) EXPECT_EQ(engine(), word);
  }
}

TEST(Philox, NumbersAreThoseACudaDeviceHasGiven) {
  // torch.manual_seed(0); torch.randn(3, 4, device="cuda"), as the web UI's rng_philox.py shows them.
  const auto expected = torch::tensor({-0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564,
                                       -0.62285122, -0.32838709, -1.07454231, -0.36314407, -1.67105067,
                                       2.26550497})
                            .view({3, 4});
  const auto ours = philox_normal(0, 0, {3, 4}).to(torch::kFloat64);
  EXPECT_LT((ours - expected).abs().max().item<double>(), 1e-6) << ours;
  EXPECT_GT((philox_normal(0, 1, {3, 4}) - expected).abs().max().item<double>(), 1);
  EXPECT_GT((philox_normal(1, 0, {3, 4}) - expected).abs().max().item<double>(), 1);
}

TEST(Philox, EachDrawTakesTheNextNumbersOfThePicturesSeed) {
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{3}, {4, 5, 7}, {4, 64, 64}}) {
    std::string name = "philox.";
    for (const auto side : shape) name += (name.back() == '.' ? "" : "x") + std::to_string(side);
    const auto expected = test::sampler_references().tensor(name);
    PictureNoise noise(kSeeds, NoiseSource::kPhilox);
    for (int64_t draw = 0; draw < 2; ++draw) {
      const auto difference = (noise.normal(shape) - expected[draw]).abs().max().item<double>();
      EXPECT_LT(difference, 1e-6) << name << ", draw " << draw;
    }
  }
}

TEST(NoiseSource, IsNamed) {
  EXPECT_EQ(parse_noise_source("cpu"), NoiseSource::kCpu);
  EXPECT_EQ(parse_noise_source("philox"), NoiseSource::kPhilox);
  EXPECT_THROW(parse_noise_source("gpu"), UsageError);
}

}  // namespace
}  // namespace big
