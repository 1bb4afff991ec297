#include "random_streams.h"

#include <gtest/gtest.h>

#include <set>

namespace big {
namespace {

TEST(SplitMix, GivesThePublishedNumbers) {
  // First outputs for seed 1234567, as in the reference implementation by Vigna.
  SplitMix numbers(1234567);
  EXPECT_EQ(numbers.next(), 6457827717110365317ull);
  EXPECT_EQ(numbers.next(), 3203168211198807973ull);
}

TEST(SplitMix, BelowReachesEveryValueAndNoOther) {
  SplitMix numbers(1);
  std::set<uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(numbers.below(5));
  EXPECT_EQ(seen, (std::set<uint64_t>{0, 1, 2, 3, 4}));
}

TEST(MixSeed, DiffersBySeedStreamAndNumber) {
  std::set<uint64_t> seeds;
  for (uint64_t seed : {0, 1, 2})
    for (Stream stream : {Stream::kStep, Stream::kPhotoOrder, Stream::kCrop})
      for (uint64_t n = 0; n < 100; ++n) seeds.insert(mix_seed(seed, stream, n));
  EXPECT_EQ(seeds.size(), 900u);
}

}  // namespace
}  // namespace big
