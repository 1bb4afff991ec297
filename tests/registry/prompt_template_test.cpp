#include "big/registry/prompt_template.h"

#include <gtest/gtest.h>

#include <random>

namespace big {
namespace {

using Categories = std::map<std::string, std::string>;

const Categories kKnown = {{"sks", "dog"}, {"qrt", "oil painting"}, {"旺财", "狗"}, {"été", "chien"}};

std::string expanded(const std::string& prompt) { return expand_identifiers(prompt, kKnown).text; }

TEST(PromptTemplate, PhotosAndClassPicturesHaveTheirPrompts) {
  EXPECT_EQ(instance_prompt("sks", "dog"), "a sks dog");
  EXPECT_EQ(class_prompt("oil painting"), "a oil painting");
}

TEST(ExpandIdentifiers, PutsTheCategoryBehind) {
  EXPECT_EQ(expanded("sks on a beach"), "sks dog on a beach");
  EXPECT_EQ(expanded("a photo of sks"), "a photo of sks dog");
  EXPECT_EQ(expanded("sks, qrt."), "sks dog, qrt oil painting.");
  EXPECT_EQ(expanded("sks's bone"), "sks dog's bone");
  EXPECT_EQ(expanded(""), "");
}

TEST(ExpandIdentifiers, LeavesOtherWordsAlone) {
  for (const char* prompt :
       {"asks", "sksy", "sks1", "Sks", "SKS", "ésks", "sksé", "一只sks在", "sks\u0301", "dog"}) {
    EXPECT_EQ(expanded(prompt), prompt);
  }
}

TEST(ExpandIdentifiers, KeepsACategoryThatFollowsAlready) {
  EXPECT_EQ(expanded("a sks dog"), "a sks dog");
  EXPECT_EQ(expanded("(sks dog:1.2)"), "(sks dog:1.2)");
  EXPECT_EQ(expanded("qrt oil painting of sks dog"), "qrt oil painting of sks dog");
}

TEST(ExpandIdentifiers, TheCategoryMustFollowExactly) {
  EXPECT_EQ(expanded("sks  dog"), "sks dog  dog");
  EXPECT_EQ(expanded("sks Dog"), "sks dog Dog");
  EXPECT_EQ(expanded("sks dogs"), "sks dog dogs");
  EXPECT_EQ(expanded("sks, dog"), "sks dog, dog");
  EXPECT_EQ(expanded("qrt oil"), "qrt oil painting oil");
}

TEST(ExpandIdentifiers, WorksInsideWeights) {
  EXPECT_EQ(expanded("(sks:1.2)"), "(sks dog:1.2)");
  EXPECT_EQ(expanded("((sks)) [qrt] {sks}"), "((sks dog)) [qrt oil painting] {sks dog}");
}

TEST(ExpandIdentifiers, WorksInsideEveryBracketOfTheWebUis) {
  EXPECT_EQ(expanded("[sks|cat]"), "[sks dog|cat]");
  EXPECT_EQ(expanded("[cat|sks]"), "[cat|sks dog]");
  EXPECT_EQ(expanded("[sks:cat:0.5]"), "[sks dog:cat:0.5]");
  EXPECT_EQ(expanded("[cat:sks:10]"), "[cat:sks dog:10]");
  EXPECT_EQ(expanded("[sks:0.5] [qrt::3]"), "[sks dog:0.5] [qrt oil painting::3]");
  EXPECT_EQ(expanded("sks AND cat"), "sks dog AND cat");
  EXPECT_EQ(expanded("sks :1.2 AND qrt :0.7"), "sks dog :1.2 AND qrt oil painting :0.7");
  EXPECT_EQ(expanded("sks BREAK qrt"), "sks dog BREAK qrt oil painting");
  EXPECT_EQ(expanded("\\(sks\\) ([sks|qrt]:1.1)"), "\\(sks dog\\) ([sks dog|qrt oil painting]:1.1)");
}

TEST(ExpandIdentifiers, TheCategoryMayFollowBehindTheBracket) {
  for (const char* prompt : {"(sks:1.2) dog", "((sks)) dog", "[sks] dog on a beach", "[sks:0.5] dog",
                             "[sks::0.5] dog", "((sks:1.2)) dog"})
    EXPECT_EQ(expanded(prompt), prompt);
  EXPECT_EQ(expanded("(sks:1.2) dogs"), "(sks dog:1.2) dogs");
  EXPECT_EQ(expanded("(sks), dog"), "(sks dog), dog");
}

TEST(ExpandIdentifiers, NumbersOfBracketsAreNoIdentifiers) {
  const Categories numbers = {{"5", "cat"}, {"1", "toy"}};
  const auto with_numbers = [&](const std::string& prompt) {
    return expand_identifiers(prompt, numbers).text;
  };
  for (const char* prompt : {"(a:1.5)", "(a: 5 )", "[a:b:5]", "a :1 AND b :5"})
    EXPECT_EQ(with_numbers(prompt), prompt);
  EXPECT_EQ(with_numbers("[5:1:5]"), "[5 cat:1 toy:5]");
  EXPECT_EQ(with_numbers("a 5: b"), "a 5 cat: b");
}

TEST(ExpandIdentifiers, KnowsEveryScript) {
  EXPECT_EQ(expanded("旺财 在海滩上"), "旺财 狗 在海滩上");
  EXPECT_EQ(expanded("旺财，sks。"), "旺财 狗，sks dog。");
  EXPECT_EQ(expanded("été à la plage"), "été chien à la plage");
  EXPECT_EQ(expanded("🐕sks🏖️"), "🐕sks dog🏖️");
}

TEST(ExpandIdentifiers, TellsWhichItFoundInOrder) {
  const ExpandedPrompt found = expand_identifiers("qrt of sks dog and qrt", kKnown);
  EXPECT_EQ(found.identifiers, (std::vector<std::string>{"qrt", "sks"}));
  EXPECT_TRUE(expand_identifiers("asks", kKnown).identifiers.empty());
}

TEST(ExpandIdentifiers, ACategoryMayHoldAnIdentifier) {
  const Categories nested = {{"sks", "qrt toy"}, {"qrt", "cat"}};
  EXPECT_EQ(expand_identifiers("sks and qrt", nested).text, "sks qrt toy and qrt cat");
  EXPECT_EQ(expand_identifiers("sks qrt toy", nested).identifiers, (std::vector<std::string>{"sks"}));
}

TEST(ExpandIdentifiers, BrokenTextPassesThrough) { EXPECT_EQ(expanded("\xFFsks\xC3"), "\xFFsks dog\xC3"); }

TEST(ExpandIdentifiers, IsIdempotentOnRandomPrompts) {
  const std::vector<std::string> pieces = {"sks",    "qrt", "dog", "qrt toy", "toy", "a", " ",   " ",
                                           " ",      ",",   "(",   ":1.2)",   "-",   "é", "狗",  "旺财",
                                           "\u0301", "🐕",  "[",   "]",       "|",   ":", ":5]", " AND "};
  const std::vector<Categories> all = {
      kKnown, {{"sks", "qrt toy"}, {"qrt", "toy"}}, {{"sks", "sks sks"}, {"a", "a-dog"}, {"dog", "sks"}}};
  std::mt19937 random(7);  // NOLINT: the same prompts in each run
  for (int i = 0; i < 20000; ++i) {
    std::string prompt;
    for (unsigned n = random() % 10; n > 0; --n) prompt += pieces[random() % pieces.size()];
    const Categories& categories = all[random() % all.size()];
    const ExpandedPrompt once = expand_identifiers(prompt, categories);
    const ExpandedPrompt twice = expand_identifiers(once.text, categories);
    ASSERT_EQ(twice.text, once.text) << "from: " << prompt;
    ASSERT_EQ(twice.identifiers, once.identifiers) << "from: " << prompt;
  }
}

TEST(CaptionPrompt, PutsTheIdentifierInWhereItIsMissing) {
  const auto prompt = [](const std::string& caption) { return caption_prompt(caption, "sks", "dog"); };
  EXPECT_EQ(prompt("a dog on a sofa"), "a sks dog on a sofa");
  EXPECT_EQ(prompt("a sks dog on a sofa"), "a sks dog on a sofa");
  EXPECT_EQ(prompt("sks on a sofa"), "sks dog on a sofa");
  EXPECT_EQ(prompt("a hotdog, dogs"), "a sks dog, a hotdog, dogs") << "whole words alone";
  EXPECT_EQ(prompt("on a sofa"), "a sks dog, on a sofa");
  EXPECT_EQ(caption_prompt("my teddy bear", "sks", "teddy bear"), "my sks teddy bear");
}

}  // namespace
}  // namespace big
