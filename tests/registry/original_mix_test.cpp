// Replay::kOriginal: the shares of the original program, its rounding included.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "registry/replay_subjects.h"

namespace big {
namespace {

/// What one round of 200 class pictures' worth holds.
struct Round {
  int64_t rows = 0;                  ///< all
  int64_t of_same = 0, of_others = 0;  ///< of each earlier subject of the new category, of each other
  bool operator==(const Round&) const = default;
};

Round round_of(int count, int categories) {
  const auto mix = make_replay_mix({Replay::kOriginal, "category0", replay_subjects(count, categories, 40), 5, 200});
  std::map<size_t, int64_t> replays;
  std::set<std::tuple<PriorRow::Kind, std::string, size_t, int64_t>> seen;
  Round round;
  for (int64_t n = 0;; ++n) {
    const PriorRow row = mix->row(n);
    if (!seen.insert({row.kind, row.category, row.subject, row.picture}).second) break;  // the next round
    ++round.rows;
    if (row.kind == PriorRow::Kind::kReplay) ++replays[row.subject];
  }
  for (const auto& [subject, rows] : replays) {
    const bool is_same = subject % static_cast<size_t>(categories) == 0;
    (is_same ? round.of_same : round.of_others) = rows;
  }
  return round;
}

TEST(OriginalMix, ForgetsSubjectsOfOtherCategoriesWhereThereAreMany) {
  // Found by running the original's own arithmetic with its default of 200 steps.
  EXPECT_EQ(round_of(20, 1), (Round{200, 5, 0}));
  EXPECT_EQ(round_of(20, 5), (Round{194, 12, 3}));
  EXPECT_EQ(round_of(20, 10), (Round{181, 25, 2}));
  EXPECT_EQ(round_of(50, 10), (Round{190, 10, 1}));
  EXPECT_EQ(round_of(100, 5), (Round{138, 2, 0}));
  EXPECT_EQ(round_of(200, 1), (Round{100, 0, 0}));
}

TEST(OriginalMix, TakesTheFirstPhotosAlways) {
  const auto mix = make_replay_mix({Replay::kOriginal, "category0", replay_subjects(100, 5), 5, 200});
  for (int64_t n = 0; n < 500; ++n) EXPECT_TRUE(mix->row(n).kind != PriorRow::Kind::kReplay || mix->row(n).picture < 2);
}

}  // namespace
}  // namespace big
