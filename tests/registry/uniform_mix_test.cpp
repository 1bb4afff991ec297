// Replay::kUniform: every subject equally often.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "registry/replay_subjects.h"

namespace big {
namespace {

std::unique_ptr<const ReplayMix> uniform(const std::string& category,
                                         std::vector<ReplaySubject> earlier,
                                         uint64_t seed) {
  return make_replay_mix({Replay::kUniform, category, std::move(earlier), seed});
}

/// What was seen in the rows so far.
struct Counts {
  std::map<size_t, int64_t> replays;                       // by subject
  std::map<std::pair<size_t, int64_t>, int64_t> photos;    // by subject and photo
  std::map<std::string, std::vector<int64_t>> class_rows;  // by category: the pictures in order
  int64_t replay = 0;

  void add(const PriorRow& row) {
    if (row.kind == PriorRow::Kind::kReplay) {
      ++replay;
      ++replays[row.subject];
      ++photos[{row.subject, row.picture}];
    } else {
      class_rows[row.category].push_back(row.picture);
    }
  }
};

template <class Map>
int64_t spread(const Map& counts, size_t keys) {
  int64_t least = counts.size() < keys ? 0 : counts.begin()->second;
  int64_t most = 0;
  for (const auto& [key, count] : counts) {
    least = std::min(least, count);
    most = std::max(most, count);
  }
  return most - least;
}

void expect_exact_shares(int count, int categories, bool new_is_known) {
  SCOPED_TRACE(testing::Message() << count << " subjects, " << categories << " categories");
  const std::string category = new_is_known ? "category0" : "new";
  const auto earlier = replay_subjects(count, categories);
  const auto mix = uniform(category, earlier, 11);
  Counts counts;
  const int64_t groups = std::max(count, 3 * categories);
  for (int64_t n = 0; n < 4 * groups; ++n) {
    counts.add(mix->row(n));
    // A batch of any size sees the shares: after each pair of rows half is replay, and no subject is two
    // ahead.
    if (n % 2 == 1) {
      ASSERT_EQ(2 * counts.replay, n + 1);
    }
    if (n % 64 == 63) {
      ASSERT_LE(spread(counts.replays, earlier.size()), 1);
    }
  }
  ASSERT_LE(spread(counts.replays, earlier.size()), 1);
  for (size_t i = 0; i < earlier.size(); ++i) {
    std::map<int64_t, int64_t> photos;
    for (int64_t photo = 0; photo < earlier[i].photos; ++photo) photos[photo] = counts.photos[{i, photo}];
    ASSERT_LE(spread(photos, photos.size()), 1);
  }

  const auto known = static_cast<int64_t>(mix->categories().size());
  for (const auto& [name, pictures] : counts.class_rows) {
    const auto seen = static_cast<int64_t>(pictures.size());
    const int64_t own = name == category ? groups : 0;
    ASSERT_GE(seen - own, groups / known);
    ASSERT_LE(seen - own, groups / known + 1);
    for (int64_t i = 0; i < seen; ++i) ASSERT_EQ(pictures[i], i);
  }
}

TEST(UniformMix, SharesAreExactForOneToFiveHundredSubjects) {
  for (int count = 1; count <= 500; count += count < 24 ? 1 : 68) {
    for (int categories = 1; categories <= 15; ++categories)
      expect_exact_shares(count, categories, count % 2 == 0);
  }
}

TEST(UniformMix, WithoutEarlierSubjectsEveryRowIsTheNewCategory) {
  const auto mix = uniform("dog", {}, 1);
  for (int64_t n = 0; n < 20; ++n) {
    const PriorRow row = mix->row(n);
    EXPECT_EQ(row.kind, PriorRow::Kind::kClassPicture);
    EXPECT_EQ(row.category, "dog");
    EXPECT_EQ(row.picture, n);
  }
  EXPECT_EQ(mix->categories(), std::vector<std::string>{"dog"});
}

TEST(UniformMix, SubjectsWithoutPhotosAreNeverReplayed) {
  const auto some = uniform("dog", {{"a", "cat", 0}, {"b", "toy", 2}}, 1);
  const auto none = uniform("dog", {{"a", "cat", 0}}, 1);
  std::map<std::string, int> class_rows;
  for (int64_t n = 0; n < 40; ++n) {
    const PriorRow row = some->row(n);
    EXPECT_TRUE(row.kind != PriorRow::Kind::kReplay || row.subject == 1u);
    EXPECT_EQ(none->row(n).kind, PriorRow::Kind::kClassPicture);
    ++class_rows[none->row(n).category];
  }
  EXPECT_EQ(class_rows["dog"], 30);
  EXPECT_EQ(class_rows["cat"], 10);
  EXPECT_EQ(some->categories(), (std::vector<std::string>{"dog", "cat", "toy"}));
}

TEST(UniformMix, ARowIsAPureFunctionAndTheSeedChangesTheOrder) {
  const auto earlier = replay_subjects(40, 3);
  const auto order = [&](uint64_t seed) {
    const auto mix = uniform("dog", earlier, seed);
    std::vector<size_t> seen;
    for (int64_t n = 400; n-- > 0;) {
      const PriorRow row = mix->row(n);
      if (row.kind == PriorRow::Kind::kReplay) seen.push_back(row.subject);
    }
    return seen;
  };
  EXPECT_EQ(order(1), order(1));
  EXPECT_NE(order(1), order(2));
}

TEST(UniformMix, AReplayedRowTellsItsSubject) {
  const auto earlier = replay_subjects(5, 2);
  const auto mix = uniform("dog", earlier, 3);
  for (int64_t n = 0; n < 100; ++n) {
    const PriorRow row = mix->row(n);
    if (row.kind != PriorRow::Kind::kReplay) continue;
    ASSERT_LT(row.subject, earlier.size());
    EXPECT_EQ(row.category, earlier[row.subject].category);
    EXPECT_GE(row.picture, 0);
    EXPECT_LT(row.picture, earlier[row.subject].photos);
  }
}

}  // namespace
}  // namespace big
