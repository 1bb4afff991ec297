#include "big/personalization/suggest_identifiers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "big/core/error.h"
#include "big/personalization/remove.h"
#include "identifier_choice.h"
#include "identifier_pool.h"
#include "quick_finetune.h"
#include "support/error_of.h"
#include "word_scores.h"
#include "word_states.h"

namespace big {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> words_of(const std::vector<IdentifierSuggestion>& suggestions) {
  std::vector<std::string> words;
  for (const auto& suggestion : suggestions) words.push_back(suggestion.identifier);
  return words;
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

class SuggestIdentifiers : public QuickFinetune {
 protected:
  SuggestIdentifiers() { options.target = TargetModel::kMeta; }
  std::vector<std::string> suggested(int64_t count) { return words_of(suggest_identifiers(options, count)); }
  void use(const std::string& word, const std::string& category = "toy") {
    Subject subject = make_subject(options.target, word, "metamodel");
    subject.category = category;
    update_registry(models(), [&](Registry& registry) { registry.subjects.push_back(subject); });
  }
  fs::path list(const std::string& text) {
    write_text(folder() / "words.txt", text);
    return folder() / "words.txt";
  }
};

TEST_F(SuggestIdentifiers, TheCustomaryWordLeadsAndTheRestFallsByScore) {
  const auto found = suggest_identifiers(options, 10);
  ASSERT_EQ(found.size(), 10u);
  EXPECT_EQ(found[0].identifier, "sks");
  for (size_t i = 2; i < found.size(); ++i) EXPECT_GE(found[i - 1].score, found[i].score);
  EXPECT_GT(found[1].score, 0.9);
  for (const auto& suggestion : found) {
    EXPECT_NE(suggestion.reason.find("one token wherever it stands"), std::string::npos);
    EXPECT_FALSE(suggestion.distance) << "nothing is in use";
  }
  EXPECT_FALSE(fs::exists(models() / "registry.json"));
}

TEST_F(SuggestIdentifiers, WordsOfTheStarterAreKnownBetterThanItsRareOnes) {
  const auto pool = identifier_pool(starter() / "tokenizer", *load_tokenizer(starter() / "tokenizer"));
  const auto rare = word_states(starter(), {}, pool, models());
  for (const auto& score : score_words(word_states(starter(), {}, {"dog", "cat", "red", "house"}, models()), rare, {}))
    EXPECT_EQ(score.score, 0) << score.familiarity;
}

TEST_F(SuggestIdentifiers, WhatIsMeasuredIsKept) {
  const auto first = suggest_identifiers(options, 300);
  const auto cache = models() / "cache" / "identifiers";
  ASSERT_EQ(std::distance(fs::directory_iterator(cache), {}), 1);
  const fs::path file = fs::directory_iterator(cache)->path();
  const auto written = fs::last_write_time(file);
  EXPECT_EQ(words_of(suggest_identifiers(options, 300)), words_of(first));
  EXPECT_EQ(fs::last_write_time(file), written) << "nothing was missing";

  write_text(file, "no tensors");
  EXPECT_EQ(words_of(suggest_identifiers(options, 300)), words_of(first));
  EXPECT_NE(fs::last_write_time(file), written) << "measured again";
}

TEST_F(SuggestIdentifiers, UsedAndRemovedWordsAndCategoriesAreNone) {
  use("sks");
  use("vfr", "xdq");
  update_registry(models(), [](Registry& registry) { registry.retired.push_back("meta/qkz"); });
  options.category = "wzf";
  const auto words = suggested(300);
  EXPECT_GT(words.size(), 150u);
  for (const char* word : {"sks", "vfr", "xdq", "qkz", "wzf"}) EXPECT_FALSE(holds(words, word)) << word;
  options.target = TargetModel::kPrivate;
  EXPECT_TRUE(holds(suggested(300), "vfr")) << "another scope";
}

TEST_F(SuggestIdentifiers, WordsNearToOnesInUseComeLast) {
  use("qzx");
  const auto found = suggest_identifiers(options, 300);
  bool near_seen = false;
  for (const auto& word : found) {
    ASSERT_TRUE(word.distance);
    const bool near = differ_by_one_letter(word.identifier, "qzx");
    EXPECT_EQ(near, word.reason.find("one letter from 'qzx'") != std::string::npos);
    if (near) EXPECT_EQ(word.score, 0);
    near_seen = near_seen || near;
  }
  EXPECT_TRUE(near_seen) << "or this shows nothing";
}

TEST_F(SuggestIdentifiers, AListIsTakenInItsOrder) {
  options.identifier_list = list("qkz # the dog's\nvfr\nsks\n");
  EXPECT_EQ(suggested(10), (std::vector<std::string>{"qkz", "vfr", "sks"}));
  use("qkz");
  EXPECT_EQ(suggested(10), (std::vector<std::string>{"vfr", "sks"}));
  use("vfr");
  use("sks");
  const auto error = error_of<UsageError>([&] { suggested(1); });
  EXPECT_NE(error.find("line 2: 'vfr' names a toy of user 'anna' already"), std::string::npos) << error;
  EXPECT_NE(error.find("add one"), std::string::npos) << error;
}

TEST_F(SuggestIdentifiers, WhereNoneIsLeftItSaysWhatToDo) {
  const auto all = suggested(1000);
  update_registry(models(), [&](Registry& registry) {
    for (const auto& word : all) registry.retired.push_back("meta/" + word);
  });
  const auto error = error_of<UsageError>([&] { suggested(1); });
  for (const char* part : {"no more free identifier", "--identifier", "--identifier_list", "--method pivotal"})
    EXPECT_NE(error.find(part), std::string::npos) << error;
}

TEST_F(SuggestIdentifiers, ARunTakesTheBestWordKeepsTheReasonAndNeverOneThatWasRemoved) {
  const FinetuneResult first = finetune(options);
  const auto next = suggested(1);
  const FinetuneResult second = finetune(options);
  EXPECT_EQ(first.identifier, "sks");
  EXPECT_EQ(second.identifier, next.front());
  const auto kept = registry().find(TargetModel::kMeta, "anna", second.identifier)->extra.at("identifier_choice");
  EXPECT_GT(kept.at("score"), 0.5);
  EXPECT_NE(kept.at("reason").get<std::string>().find("those in use"), std::string::npos);

  remove_subject(models(), TargetModel::kMeta, "anna", second.identifier);
  EXPECT_FALSE(holds(suggested(1000), second.identifier));
  options.identifier_list = list(second.identifier);
  EXPECT_NE(error_of<UsageError>([&] { finetune(options); }).find("never given again"), std::string::npos);

  options.identifier_list.clear();
  options.identifier = "sks";
  options.overwrite = true;
  const auto reason = registry().find(TargetModel::kMeta, "anna", "sks")->extra.at("identifier_choice");
  finetune(options);
  EXPECT_EQ(registry().find(TargetModel::kMeta, "anna", "sks")->extra.at("identifier_choice"), reason);
}

TEST(DifferByOneLetter, CountsChangesAdditionsAndLosses) {
  for (const char* near : {"sks", "sqs", "sk", "ks", "skss", "xsks"})
    EXPECT_TRUE(differ_by_one_letter("sks", near)) << near;
  for (const char* far : {"qqs", "s", "kss", "sksss", "xskx"}) EXPECT_FALSE(differ_by_one_letter("sks", far)) << far;
}

}  // namespace
}  // namespace big
