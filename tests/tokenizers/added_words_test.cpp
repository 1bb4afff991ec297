#include "big/tokenizers/added_words.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace big {
namespace {

TEST(ContainsWord, WordsAreBounded) {
  EXPECT_TRUE(contains_word("a fluffy cat", "fluffy"));
  EXPECT_TRUE(contains_word("Fluffy", "fluffy"));
  EXPECT_TRUE(contains_word("(fluffy:1.2)", "fluffy"));
  EXPECT_TRUE(contains_word("un<toy>s", "<toy>")) << "a bracket bounds itself";
  EXPECT_TRUE(contains_word("notfluffy, fluffy", "fluffy"));
  EXPECT_TRUE(contains_word("eine süße Katze", "süße"));
  EXPECT_TRUE(contains_word("my style here", "my style"));
  for (const char* text : {"", "fluff", "unfluffy", "fluffy2", "fluffyé", "éfluffy", "flu ffy"}) {
    EXPECT_FALSE(contains_word(text, "fluffy")) << text;
  }
  EXPECT_FALSE(contains_word("anything", ""));
}

/// The starter's tokenizer with a word of two ids and one of one.
class AddedWords : public testing::Test {
 protected:
  AddedWords()
      : base_(load_tokenizer(std::filesystem::path(std::getenv("BIG_TEST_SOURCE_DIR")) /
                             "models/starter/tokenizer")),
        first_(base_->vocab_size()),
        tokenizer_(with_added_words(base_, {{"<toy>", {first_, first_ + 1}}, {"toy", {first_ + 2}}})) {}

  std::shared_ptr<const Tokenizer> base_;
  int64_t first_;
  std::shared_ptr<const Tokenizer> tokenizer_;
};

TEST_F(AddedWords, TakeThePlaceOfPieces) {
  auto expected = base_->encode("a red");
  expected.insert(expected.end(), {first_, first_ + 1});
  for (const int64_t id : base_->encode("and a")) expected.push_back(id);
  expected.push_back(first_ + 2);
  EXPECT_EQ(tokenizer_->encode("a red <toy> and a TOY"), expected);
}

TEST_F(AddedWords, TextWithoutThemIsAsBefore) {
  for (const char* text : {"", "a cat on the beach", "toys", "stoy", "naïve 小狗"}) {
    EXPECT_EQ(tokenizer_->encode(text), base_->encode(text)) << text;
  }
}

TEST_F(AddedWords, AreReadableAgain) {
  EXPECT_EQ(tokenizer_->decode({first_, first_ + 1, first_ + 2}), "<toy> toy");
  EXPECT_EQ(tokenizer_->piece(first_ + 1), "<toy>");
  EXPECT_EQ(tokenizer_->vocab_size(), first_ + 3);
  EXPECT_EQ(tokenizer_->max_length(), base_->max_length());
  EXPECT_EQ(tokenizer_->eos_id(), base_->eos_id());
}

TEST_F(AddedWords, AreCutAtTheWindowAsOthers) {
  std::string text;
  for (int64_t i = 0; i < tokenizer_->max_length(); ++i) text += "toy ";
  const auto padded = tokenizer_->encode_padded(text);
  EXPECT_EQ(static_cast<int64_t>(padded.ids.size()), tokenizer_->max_length());
  EXPECT_EQ(padded.cut, (std::vector<std::string>{"toy", "toy"}));
}

}  // namespace
}  // namespace big
