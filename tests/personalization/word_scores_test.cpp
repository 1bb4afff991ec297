#include "word_scores.h"

#include <gtest/gtest.h>

namespace big {
namespace {

/// Four rare words on a ring of radius 1, which is their median distance from their mean.
torch::Tensor ring() { return torch::tensor({{1.0, 0.0}, {0.0, 1.0}, {-1.0, 0.0}, {0.0, -1.0}}); }

TEST(ScoreWords, AFamiliarWordLiesFarFromTheRareOnes) {
  const auto scores = score_words(torch::tensor({{0.5, 0.0}, {3.0, 0.0}}), ring(), {});
  EXPECT_NEAR(scores[0].familiarity, 0.5, 1e-12);
  EXPECT_NEAR(scores[1].familiarity, 3, 1e-12);
  EXPECT_EQ(scores[0].score, 1) << "all rare words are known better";
  EXPECT_EQ(scores[1].score, 0);
  EXPECT_FALSE(scores[0].distance);
}

TEST(ScoreWords, AWordBesideOneInUseScoresLess) {
  const auto words = torch::tensor({{0.5, 0.0}, {-0.5, 0.0}});
  const auto scores = score_words(words, ring(), torch::tensor({{0.6, 0.0}, {0.0, 9.0}}));
  EXPECT_LT(*scores[0].distance, *scores[1].distance);
  EXPECT_NEAR(scores[0].score, *scores[0].distance, 1e-12) << "near: what is left of 1";
  EXPECT_GT(scores[1].score, 5 * scores[0].score);
}

TEST(ScoreWords, APoolOfOneWordDividesByNothing) {
  const auto one = torch::tensor({{2.0, 1.0}});
  const auto scores = score_words(one, one, {});
  EXPECT_EQ(scores[0].familiarity, 0);
  EXPECT_EQ(scores[0].score, 0);
}

}  // namespace
}  // namespace big
