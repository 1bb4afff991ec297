#include "photo_order.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace big {
namespace {

std::vector<size_t> round_of(uint64_t seed, int64_t round, size_t count) {
  std::vector<size_t> order;
  for (size_t k = 0; k < count; ++k)
    order.push_back(photo_at(seed, round * static_cast<int64_t>(count) + static_cast<int64_t>(k), count));
  return order;
}

TEST(PhotoOrder, EveryPhotoComesOnceInEveryRound) {
  for (size_t count : {1, 2, 5, 30})
    for (int64_t round = 0; round < 20; ++round) {
      const auto order = round_of(4, round, count);
      EXPECT_EQ(std::set<size_t>(order.begin(), order.end()).size(), count);
    }
}

TEST(PhotoOrder, RoundsAndSeedsHaveOrdersOfTheirOwn) {
  EXPECT_NE(round_of(4, 0, 30), round_of(4, 1, 30));
  EXPECT_NE(round_of(4, 0, 30), round_of(5, 0, 30));
  EXPECT_EQ(round_of(4, 3, 30), round_of(4, 3, 30));
}

TEST(PhotoOrder, EveryPhotoComesFirstSometimes) {
  std::set<size_t> first;
  for (int64_t round = 0; round < 100; ++round) first.insert(photo_at(8, round * 5, 5));
  EXPECT_EQ(first.size(), 5u);
}

}  // namespace
}  // namespace big
