#include "big/registry/replay_mix.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "big/core/error.h"
#include "registry/replay_subjects.h"

namespace big {
namespace {

TEST(ParseReplay, KnowsFourWays) {
  EXPECT_EQ(parse_replay("balanced"), Replay::kBalanced);
  EXPECT_EQ(parse_replay("uniform"), Replay::kUniform);
  EXPECT_EQ(parse_replay("original"), Replay::kOriginal);
  EXPECT_EQ(parse_replay("none"), Replay::kNone);
  EXPECT_THROW(parse_replay("Balanced"), UsageError);
}

TEST(NoReplay, ShowsTheNewCategoryAlone) {
  const auto mix = make_replay_mix({Replay::kNone, "dog", replay_subjects(5, 2), 1});
  EXPECT_EQ(mix->categories(), std::vector<std::string>{"dog"});
  EXPECT_EQ(mix->replays(100), std::vector<int64_t>(5, 0));
  for (int64_t n = 0; n < 20; ++n) {
    EXPECT_EQ(mix->row(n).category, "dog");
    EXPECT_EQ(mix->row(n).picture, n);
  }
}

TEST(ReplayMix, EveryWayDealsRowsThatThereAre) {
  for (const Replay replay : {Replay::kBalanced, Replay::kUniform, Replay::kOriginal, Replay::kNone}) {
    for (const int count : {0, 1, 30}) {
      const auto mix = make_replay_mix({replay, "category1", replay_subjects(count, 4), 3, 2});
      for (int64_t n = 0; n < 300; ++n) {
        const PriorRow row = mix->row(n);
        ASSERT_GE(row.picture, 0);
        if (row.kind == PriorRow::Kind::kReplay) {
          ASSERT_LT(row.subject, mix->earlier().size());
          ASSERT_LT(row.picture, mix->earlier()[row.subject].photos);
        } else {
          const auto& known = mix->categories();
          ASSERT_NE(std::find(known.begin(), known.end(), row.category), known.end());
        }
      }
    }
  }
}

}  // namespace
}  // namespace big
