#include "big/prompts/attention.h"

#include <gtest/gtest.h>

#include <random>

namespace big {
namespace {

using Pairs = std::vector<std::pair<std::string, double>>;

/// The sections, BREAK between them.
Pairs parsed(const std::string& text) {
  Pairs all;
  const auto sections = parse_attention(text);
  for (size_t i = 0; i < sections.size(); ++i) {
    if (i > 0) all.emplace_back("BREAK", -1);
    for (const auto& [words, weight] : sections[i]) all.emplace_back(words, weight);
  }
  return all;
}

TEST(Attention, TheGoldenCasesOfTheWebUis) {
  EXPECT_EQ(parsed("normal text"), (Pairs{{"normal text", 1.0}}));
  EXPECT_EQ(parsed("an (important) word"), (Pairs{{"an ", 1.0}, {"important", 1.1}, {" word", 1.0}}));
  EXPECT_EQ(parsed("(unbalanced"), (Pairs{{"unbalanced", 1.1}}));
  EXPECT_EQ(parsed("\\(literal\\]"), (Pairs{{"(literal]", 1.0}}));
  EXPECT_EQ(parsed("(unnecessary)(parens)"), (Pairs{{"unnecessaryparens", 1.1}}));
  EXPECT_EQ(parsed("a (((house:1.3)) [on] a (hill:0.5), sun, (((sky)))."),
            (Pairs{{"a ", 1.0},
                   {"house", 1.5730000000000004},
                   {" ", 1.1},
                   {"on", 1.0},
                   {" a ", 1.1},
                   {"hill", 0.55},
                   {", sun, ", 1.1},
                   {"sky", 1.4641000000000006},
                   {".", 1.1}}));
}

TEST(Attention, NumbersThatAreNoneAreText) {
  EXPECT_EQ(parsed("(a:1.2.3)"), (Pairs{{"a:1.2.3", 1.1}}));
  EXPECT_EQ(parsed("(a:b)"), (Pairs{{"a:b", 1.1}}));
  EXPECT_EQ(parsed("(a:.)"), (Pairs{{"a:.", 1.1}}));
  EXPECT_EQ(parsed("a:1.3)"), (Pairs{{"a:1.3)", 1.0}})) << "nothing was opened";
  EXPECT_EQ(parsed("at 10:30 (a:1e3)"), (Pairs{{"at 10:30 ", 1.0}, {"a:1e3", 1.1}}));
}

TEST(Attention, WeightsMayBeSignedAndSpaced) {
  EXPECT_EQ(parsed("(a: 1.5 )"), (Pairs{{"a", 1.5}}));
  EXPECT_EQ(parsed("(a:+2) (b:-.5)"), (Pairs{{"a", 2.0}, {" ", 1.0}, {"b", -0.5}}));
  EXPECT_EQ(parsed("(a:0)"), (Pairs{{"a", 0.0}}));
}

TEST(Attention, WhatClosesNothingIsText) {
  EXPECT_EQ(parsed("a) b] c"), (Pairs{{"a) b] c", 1.0}}));
  EXPECT_EQ(parsed("(a]b)"), (Pairs{{"a]b", 1.1}}));
  EXPECT_EQ(parsed("[a"), (Pairs{{"a", 1 / 1.1}}));
}

TEST(Attention, EscapesAreTheCharacters) {
  EXPECT_EQ(parsed("a \\\\ b"), (Pairs{{"a \\ b", 1.0}}));
  EXPECT_EQ(parsed("(\\(a\\):2)"), (Pairs{{"(a)", 2.0}}));
  EXPECT_EQ(parsed("a\\b"), (Pairs{{"ab", 1.0}})) << "another backslash goes, as in the web UIs";
  EXPECT_EQ(parsed("a\\"), (Pairs{{"a", 1.0}}));
}

TEST(Attention, BreakBeginsASection) {
  EXPECT_EQ(parsed("a cat BREAK a dog"), (Pairs{{"a cat", 1.0}, {"BREAK", -1.0}, {"a dog", 1.0}}));
  EXPECT_EQ(parsed("BREAKFAST, _BREAK, BREAK"), (Pairs{{"BREAKFAST, _BREAK,", 1.0}, {"BREAK", -1.0}}));
  EXPECT_EQ(parsed("(a BREAK b:2)"), (Pairs{{"a", 2.0}, {"BREAK", -1.0}, {"b", 2.0}}));
  EXPECT_EQ(parse_attention("a BREAK BREAK b").size(), 3u);
  EXPECT_EQ(parse_attention("").size(), 1u);
  EXPECT_TRUE(parse_attention("").front().empty());
}

TEST(Attention, NestingMultiplies) {
  std::string text = "x";
  double expected = 1;
  for (int depth = 1; depth <= 8; ++depth) {
    text = "(" + text + ":1.25)";
    expected *= 1.25;
    EXPECT_EQ(parsed(text), (Pairs{{"x", expected}}));
  }
}

/// Pieces of prompts of which some are syntax.
std::string random_prompt(std::mt19937& random) {
  static const std::vector<std::string> kPieces = {"(",  ")",   "[",     "]", ":1.3)", ":", "\\", "\\(",
                                                   "a ", "dog", "BREAK", " ", ",",     "é", "狗", "|"};
  std::string prompt;
  for (unsigned n = random() % 12; n > 0; --n) prompt += kPieces[random() % kPieces.size()];
  return prompt;
}

TEST(Attention, EscapedTextIsReadBackWithoutAWeight) {
  std::mt19937 random(3);  // NOLINT: the same prompts in each run
  for (int i = 0; i < 5000; ++i) {
    std::string prompt = random_prompt(random);
    if (prompt.find("BREAK") != std::string::npos) continue;
    EXPECT_EQ(parsed(escape_attention(prompt)), prompt.empty() ? Pairs{} : (Pairs{{prompt, 1.0}})) << prompt;
  }
}

TEST(Attention, ClosingWhatIsOpenChangesNothing) {
  std::mt19937 random(4);  // NOLINT
  int open_ones = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::string inner = std::to_string(i % 7).append(random() % 3, 'b');
    const int round = static_cast<int>(random() % 4);
    open_ones += round > 0;
    const std::string open = std::string(static_cast<size_t>(round), '(') + inner;
    EXPECT_EQ(parsed(open), parsed(open + std::string(static_cast<size_t>(round), ')')));
  }
  EXPECT_GT(open_ones, 1000);
}

TEST(Attention, NoTextIsLostOrMade) {
  std::mt19937 random(5);  // NOLINT
  for (int i = 0; i < 5000; ++i) {
    const std::string prompt = random_prompt(random);
    const auto letters = [](const std::string& text) {
      std::string kept;
      for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x80 || (c >= 'a' && c <= 'z')) kept += c;
      return kept;
    };
    std::string text;
    for (const auto& section : parse_attention(prompt))
      for (const auto& piece : section) text += piece.text;
    EXPECT_EQ(letters(text), letters(prompt)) << prompt;
  }
}

}  // namespace
}  // namespace big
