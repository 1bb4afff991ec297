#include "big/prompts/schedule.h"

#include <gtest/gtest.h>

#include <random>

namespace big {
namespace {

using Entries = std::vector<std::pair<int64_t, std::string>>;

/// The texts of 10 steps as the web UIs' parser lists them: each with the last number that has it.
Entries schedule(const std::string& prompt, int64_t earlier_steps = 0) {
  Entries entries;
  for (int64_t number = 1; number <= 10; ++number) {
    const auto text = text_at(prompt, number, 10, earlier_steps);
    if (!entries.empty() && entries.back().second == text) {
      entries.back().first = number;
    } else {
      entries.emplace_back(number, text);
    }
  }
  return entries;
}

TEST(Schedule, TheGoldenCasesOfTheWebUis) {
  EXPECT_EQ(schedule("test"), (Entries{{10, "test"}}));
  EXPECT_EQ(schedule("a [b:3]"), (Entries{{3, "a "}, {10, "a b"}}));
  EXPECT_EQ(schedule("a [b: 3]"), (Entries{{3, "a "}, {10, "a b"}}));
  EXPECT_EQ(schedule("a [[[b]]:2]"), (Entries{{2, "a "}, {10, "a [[b]]"}}));
  EXPECT_EQ(schedule("[(a:2):3]"), (Entries{{3, ""}, {10, "(a:2)"}}));
  EXPECT_EQ(schedule("a [b : c : 1] d"), (Entries{{1, "a b  d"}, {10, "a  c  d"}}));
  EXPECT_EQ(schedule("a[b:[c:d:2]:1]e"), (Entries{{1, "abe"}, {2, "ace"}, {10, "ade"}}));
  EXPECT_EQ(schedule("a [unbalanced"), (Entries{{10, "a [unbalanced"}}));
  EXPECT_EQ(schedule("a [b:.5] c"), (Entries{{5, "a  c"}, {10, "a b c"}}));
  EXPECT_EQ(schedule("a [{b|d{:.5] c"), (Entries{{5, "a  c"}, {10, "a {b|d{ c"}}));
  EXPECT_EQ(schedule("((a][:b:c [d:3]"), (Entries{{3, "((a][:b:c "}, {10, "((a][:b:c d"}}));
  EXPECT_EQ(schedule("[a|(b:1.1)]").size(), 10u);
  EXPECT_EQ(text_at("[a|(b:1.1)]", 1, 10), "a");
  EXPECT_EQ(text_at("[a|(b:1.1)]", 2, 10), "(b:1.1)");
  EXPECT_EQ(text_at("[fe|]male", 2, 10), "male");
  EXPECT_EQ(text_at("[fe|||]male", 5, 10), "female");
  EXPECT_EQ(text_at("[fe|||]male", 4, 10), "male");
}

TEST(Schedule, WhatGoesAndWhatComes) {
  EXPECT_EQ(schedule("a[b::4]"), (Entries{{4, "ab"}, {10, "a"}}));
  EXPECT_EQ(schedule("[a:b:0.25]"), (Entries{{2, "a"}, {10, "b"}})) << "half of a step is none";
  EXPECT_EQ(schedule("[a:b:1.0]"), (Entries{{10, "a"}})) << "all of the steps";
  EXPECT_EQ(schedule("[a:b:1]"), (Entries{{1, "a"}, {10, "b"}})) << "one step";
  EXPECT_EQ(schedule("[a:b:0]"), (Entries{{10, "b"}}));
  EXPECT_EQ(schedule("[a:b:-3]"), (Entries{{10, "b"}}));
  EXPECT_EQ(schedule("[a:b:300]"), (Entries{{10, "a"}}));
}

TEST(Schedule, StepsAreCountedAsTheWebUisDo) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(texts_of_steps("[a|b]", 6), (Texts{"a", "a", "b", "a", "b", "a"}));
  EXPECT_EQ(texts_of_steps("[a:b:0.5]", 6), (Texts{"a", "a", "a", "a", "b", "b"}));
  EXPECT_EQ(texts_of_steps("[a|b]", 1), (Texts{"a"}));
}

TEST(Schedule, ASecondPassGoesOnAsInTheWebUis) {
  EXPECT_EQ(schedule("[a:b:.5]", 10), (Entries{{10, "b"}}));
  EXPECT_EQ(schedule("[a:b:1.5]", 10), (Entries{{5, "a"}, {10, "b"}}));
  EXPECT_EQ(schedule("[a:b:1.5]", 20), (Entries{{5, "a"}, {10, "b"}})) << "shares are of this pass";
  EXPECT_EQ(schedule("[a:b:2.0]", 10), (Entries{{10, "a"}}));
  EXPECT_EQ(schedule("[a:b:7]", 10), (Entries{{10, "b"}}));
  EXPECT_EQ(schedule("[a:b:23]", 20), (Entries{{3, "a"}, {10, "b"}}));
  EXPECT_EQ(text_at("[a|b]", 1, 10, 5), "a") << "alternation begins anew";
  EXPECT_EQ(texts_of_steps("[a:b:1.5]", 4, 6), (std::vector<std::string>{"a", "a", "a", "b"}));
}

TEST(Schedule, WhatIsNoBracketOfOursIsText) {
  for (const char* prompt : {"[a:b]", "(a:1.2)", "[a:b:c:0.5]", "(a|b)", "[:]", "][", "a:b|c", "\\[a|b\\]",
                             "[a\\|b]", "[a:b:0.5", "[a) b:3]", "[a (b:3]", "[a:b:5x]", "", "\\", "[a:b:]"})
    EXPECT_EQ(schedule(prompt), (Entries{{10, prompt}})) << prompt;
}

TEST(Schedule, BracketsNest) {
  EXPECT_EQ(text_at("[[a|b]|c]", 1, 10), "a");
  EXPECT_EQ(text_at("[[a|b]|c]", 3, 10), "a");
  EXPECT_EQ(text_at("[[a|b|d]|c]", 3, 10), "d");
  EXPECT_EQ(text_at("([a|b]:1.3)", 2, 10), "(b:1.3)");
  EXPECT_EQ(schedule("[x:([y:z:6]:1.2):3]"), (Entries{{3, "x"}, {6, "(y:1.2)"}, {10, "(z:1.2)"}}));
}

TEST(Schedule, DeepAndOpenBracketsTakeNoTimeAndNoStack) {
  const std::string open(100000, '[');
  EXPECT_EQ(text_at(open, 1, 10), open);
  const std::string deep = open + "a:b:3" + std::string(100000, ']');
  EXPECT_EQ(text_at(deep, 1, 10).size(), deep.size() - std::string("[:b:3]").size());
}

/// Without brackets of ours a prompt is its text, and reading twice is reading once.
TEST(Schedule, RandomPromptsAreReadOnce) {
  static const std::vector<std::string> kPieces = {"[",   "]", "(", ")",  ":",  "|",
                                                   "0.5", "3", "a", " b", "\\", "é"};
  std::mt19937 random(6);  // NOLINT: the same prompts in each run
  int changing = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string prompt;
    for (unsigned n = random() % 14; n > 0; --n) prompt += kPieces[random() % kPieces.size()];
    const auto entries = schedule(prompt);
    changing += entries.size() > 1;
    if (prompt.find('[') == std::string::npos) {
      ASSERT_EQ(entries, (Entries{{10, prompt}}));
    }
    for (const auto& [number, text] : entries) ASSERT_LE(text.size(), prompt.size()) << prompt;
  }
  EXPECT_GT(changing, 100);
}

}  // namespace
}  // namespace big
