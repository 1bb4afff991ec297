#include "big/prompts/composition.h"

#include <gtest/gtest.h>

namespace big {
namespace {

using Parts = std::vector<std::pair<std::string, double>>;

Parts parts(const std::string& prompt) {
  Parts all;
  for (const auto& [text, weight] : split_composition(prompt)) all.emplace_back(text, weight);
  return all;
}

TEST(Composition, AndComposesWithWeights) {
  EXPECT_EQ(parts("a cat :1.2 AND a dog"), (Parts{{"a cat", 1.2}, {"a dog", 1.0}}));
  EXPECT_EQ(parts("a cat:-0.5 AND dog :.5AND"), (Parts{{"a cat", -0.5}, {"dog :.5AND", 1.0}}));
  EXPECT_EQ(parts("a AND b AND c: 3 "), (Parts{{"a", 1.0}, {"b", 1.0}, {"c", 3.0}}));
  EXPECT_EQ(parts("AND"), (Parts{{"", 1.0}, {"", 1.0}}));
}

TEST(Composition, OtherWordsAreNoAnd) {
  for (const char* prompt : {"a cat and a dog", "SAND", "ANDY", "_AND_", "狗AND猫", "", "a\tcat "})
    EXPECT_EQ(parts(prompt), (Parts{{prompt, 1.0}}));
}

TEST(Composition, WeightsInBracketsAreTheTexts) {
  EXPECT_EQ(parts("(a:1.3) AND [b:c:5]"), (Parts{{"(a:1.3)", 1.0}, {"[b:c:5]", 1.0}}));
}

TEST(Composition, ATextAloneHasNoWeight) { EXPECT_EQ(parts("at 16:9"), (Parts{{"at 16:9", 1.0}})); }

}  // namespace
}  // namespace big
