// Replay::kBalanced: exact shares at every row, whatever the number of subjects.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "registry/replay_subjects.h"

namespace big {
namespace {

using Kind = PriorRow::Kind;

std::unique_ptr<const ReplayMix> balanced(const std::string& category,
                                          std::vector<ReplaySubject> earlier,
                                          uint64_t seed = 11) {
  return make_replay_mix({.category = category, .earlier = std::move(earlier), .seed = seed});
}

/// A count that must keep to part / whole of all rows.
struct Tally {
  int64_t part, whole, allowed = 1, count = 0;
  /// Between two of its rows a count falls behind most just before the next, and is ahead most just behind it: it is
  /// enough to look there.
  bool add(int64_t rows_before) {
    const bool not_behind = rows_before * part - count * whole < allowed * whole;
    ++count;
    return not_behind && count * whole - (rows_before + 1) * part < allowed * whole;
  }
  bool is_exact(int64_t rows) const { return std::abs(rows * part - count * whole) < allowed * whole; }
};

void expect_exact_shares(int count, int categories, bool new_is_known) {
  SCOPED_TRACE(testing::Message() << count << " subjects, " << categories << " categories");
  const std::string category = new_is_known ? "category0" : "new";
  const auto mix = balanced(category, replay_subjects(count, categories));
  const auto known = static_cast<int64_t>(mix->categories().size());

  int64_t weights = 0;
  for (const auto& subject : mix->earlier()) weights += subject.category == category ? 3 : 2;
  std::vector<Tally> subjects;
  for (const auto& subject : mix->earlier())
    subjects.push_back({9 * (subject.category == category ? 3 : 2), 20 * weights});
  std::map<std::string, Tally> classes, wordless;
  for (const auto& name : mix->categories()) {
    classes[name] = name == category ? Tally{9 * (known + 1), 40 * known, 2} : Tally{9, 40 * known};
    wordless[name] = {2, 20 * known};
  }
  std::map<Kind, Tally> kinds = {
      {Kind::kReplay, {9, 20}}, {Kind::kClassPicture, {9, 20}}, {Kind::kEmptyPrompt, {2, 20}}};

  const int64_t rows = 1200;
  for (int64_t n = 0; n < rows; ++n) {
    const PriorRow row = mix->row(n);
    ASSERT_TRUE(kinds[row.kind].add(n)) << n;
    if (row.kind == Kind::kReplay) {
      ASSERT_TRUE(subjects[row.subject].add(n)) << n << ": subject " << row.subject;
    } else {
      auto& shown = row.kind == Kind::kClassPicture ? classes : wordless;
      ASSERT_TRUE(shown[row.category].add(n)) << n << ": " << row.category;
    }
  }
  for (const auto& [kind, tally] : kinds) ASSERT_TRUE(tally.is_exact(rows));
  for (const auto& tally : subjects) ASSERT_TRUE(tally.is_exact(rows));
  for (const auto& [name, tally] : classes) ASSERT_TRUE(tally.is_exact(rows)) << name;
  for (const auto& [name, tally] : wordless) ASSERT_TRUE(tally.is_exact(rows)) << name;
}

TEST(BalancedMix, SharesAreExactForOneToFiveHundredSubjectsInOneToFifteenCategories) {
  for (int count = 1; count <= 500; ++count) {
    for (int categories = 1; categories <= 15; ++categories) {
      expect_exact_shares(count, categories, (count + categories) % 2 == 0);
      if (HasFatalFailure()) return;
    }
  }
}

TEST(BalancedMix, TheRowsOfARunDoNotGrowWithTheSubjects) {
  for (const int count : {1, 10, 500}) {
    const auto replays = balanced("category0", replay_subjects(count, 5))->replays(1000);
    EXPECT_EQ(std::accumulate(replays.begin(), replays.end(), int64_t{0}), 450) << count;
  }
}

TEST(BalancedMix, SubjectsOfTheNewCategoryComeHalfAsOftenAgain) {
  // Two of it and three others: 450 replays are 37.5 rounds of 2 * 3 + 3 * 2 parts.
  const auto mix =
      balanced("dog", {{"a", "dog", 3}, {"b", "cat", 3}, {"c", "dog", 3}, {"d", "cat", 3}, {"e", "toy", 3}});
  const auto replays = mix->replays(1000);
  for (const size_t same : {0, 2}) EXPECT_NEAR(static_cast<double>(replays[same]), 112.5, 0.6);
  for (const size_t other : {1, 3, 4}) EXPECT_EQ(replays[other], 75);
}

TEST(BalancedMix, ThoseThatWereShownLongestAgoComeFirst) {
  auto earlier = replay_subjects(60, 3);
  for (size_t i = 0; i < earlier.size(); ++i) earlier[i].last_shown = static_cast<int64_t>((7 * i + 3) % 60);
  const auto mix = balanced("category1", earlier);
  std::map<bool, std::vector<int64_t>> shown;  // of the new category or not -> when they were shown last, in turn
  for (int64_t n = 0; n < 60; ++n) {           // 27 replays: less than a round of either
    const PriorRow row = mix->row(n);
    if (row.kind == Kind::kReplay) shown[row.category == "category1"].push_back(earlier[row.subject].last_shown);
  }
  for (const bool same : {true, false}) {
    EXPECT_GT(shown[same].size(), 10u);
    EXPECT_TRUE(std::is_sorted(shown[same].begin(), shown[same].end()));
    EXPECT_LT(shown[same].front(), 4);
  }
}

TEST(BalancedMix, PhotosAndClassPicturesComeInTurn) {
  const auto mix = balanced("category0", replay_subjects(7, 3));
  std::map<size_t, std::map<int64_t, int64_t>> photos;
  std::map<std::pair<Kind, std::string>, int64_t> pictures;
  for (int64_t n = 0; n < 4000; ++n) {
    const PriorRow row = mix->row(n);
    if (row.kind == Kind::kReplay) {
      ASSERT_LT(row.picture, mix->earlier()[row.subject].photos);
      ++photos[row.subject][row.picture];
      EXPECT_EQ(row.category, mix->earlier()[row.subject].category);
    } else {
      const int64_t due = pictures[std::pair(row.kind, row.category)]++;
      ASSERT_EQ(row.picture, due);
    }
  }
  for (const auto& [subject, counts] : photos) {
    EXPECT_EQ(static_cast<int64_t>(counts.size()), mix->earlier()[subject].photos);
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
      return a.second < b.second;
    });
    EXPECT_LE(most->second - least->second, 1);
  }
}

TEST(BalancedMix, WithoutEarlierSubjectsTheNewCategoryAloneIsShown) {
  const auto mix = balanced("dog", {});
  std::map<Kind, int64_t> kinds;
  for (int64_t n = 0; n < 100; ++n) {
    const PriorRow row = mix->row(n);
    EXPECT_EQ(row.category, "dog");
    EXPECT_EQ(row.picture, kinds[row.kind]++);
  }
  EXPECT_EQ(kinds, (std::map<Kind, int64_t>{{Kind::kClassPicture, 90}, {Kind::kEmptyPrompt, 10}}));
  EXPECT_EQ(mix->categories(), std::vector<std::string>{"dog"});
}

TEST(BalancedMix, SubjectsWithoutPhotosAreNeverReplayed) {
  EXPECT_EQ(balanced("dog", {{"a", "cat", 0}, {"b", "toy", 2}})->replays(100), (std::vector<int64_t>{0, 45}));
  const auto none = balanced("dog", {{"a", "cat", 0}});
  EXPECT_EQ(none->replays(100), std::vector<int64_t>{0});
  EXPECT_EQ(none->categories(), (std::vector<std::string>{"dog", "cat"}));
}

TEST(BalancedMix, ARowIsAPureFunctionAndTheSeedChangesTheOrder) {
  const auto backwards = [](uint64_t seed) {
    const auto mix = balanced("dog", replay_subjects(40, 3), seed);
    std::vector<size_t> seen;
    for (int64_t n = 400; n-- > 0;) seen.push_back(mix->row(n).subject);
    return seen;
  };
  auto forwards = backwards(1);
  const auto mix = balanced("dog", replay_subjects(40, 3), 1);
  for (int64_t n = 0; n < 400; ++n) EXPECT_EQ(mix->row(n).subject, forwards[static_cast<size_t>(399 - n)]);
  EXPECT_NE(backwards(1), backwards(2));
}

}  // namespace
}  // namespace big
