#include "even_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace big {
namespace {

TEST(TurnAt, BothSidesHaveTheirSharesToTheNearestWholeNumber) {
  for (int64_t whole = 1; whole <= 40; ++whole) {
    for (int64_t part = 0; part <= whole; ++part) {
      int64_t of_part = 0;
      for (int64_t n = 0; n < 3 * whole; ++n) {
        const Turn turn = turn_at(n, part, whole);
        EXPECT_EQ(turn.turn, turn.is_part ? of_part : n - of_part);
        of_part += turn.is_part ? 1 : 0;
        ASSERT_LE(2 * std::abs(of_part * whole - (n + 1) * part), whole) << part << '/' << whole << " at " << n;
      }
    }
  }
}

TEST(Shuffled, IsAPermutationOfItsOwnForEachSeedAndRound) {
  auto order = shuffled(100, 3, 1);
  EXPECT_EQ(order, shuffled(100, 3, 1));
  EXPECT_NE(order, shuffled(100, 3, 2));
  EXPECT_NE(order, shuffled(100, 4, 1));
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

}  // namespace
}  // namespace big
