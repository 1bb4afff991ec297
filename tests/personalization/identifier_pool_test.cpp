#include "identifier_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "models_folder.h"

namespace big {
namespace {

TEST(IdentifierPool, TheStarterReservesWordsOfOnePiece) {
  const auto folder = starter() / "tokenizer";
  const auto tokenizer = load_tokenizer(folder);
  const auto pool = identifier_pool(folder, *tokenizer);
  ASSERT_GE(pool.size(), 200u);
  EXPECT_EQ(pool.front(), "sks");
  EXPECT_EQ(std::set<std::string>(pool.begin(), pool.end()).size(), pool.size());
  for (const auto& word : pool) EXPECT_TRUE(tokenizer->is_one_token(word)) << word;
}

TEST(RareWords, OfClipAreManyShortAndOfOnePiece) {
  const auto folder = std::filesystem::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references" / "sd1" /
                      "model" / "tokenizer";
  const auto tokenizer = load_tokenizer(folder);
  const auto words = identifier_pool(folder, *tokenizer);
  ASSERT_GE(words.size(), 60u);
  EXPECT_EQ(words.front(), "sks");
  for (const auto& word : words) {
    EXPECT_TRUE(word.size() == 3 || word.size() == 4) << word;
    EXPECT_EQ(word.find_first_of("aeiouy"), std::string::npos) << word;
    EXPECT_TRUE(tokenizer->is_one_token(word)) << word;
    EXPECT_EQ(piece_warning(word, *tokenizer), "");
  }
  EXPECT_EQ(std::set<std::string>(words.begin(), words.end()).size(), words.size());
}

TEST(IsOneTokenEverywhere, HoldsWhateverStandsBesideTheWord) {
  for (const auto& folder : {starter() / "tokenizer", std::filesystem::path(std::getenv("BIG_TEST_BINARY_DIR")) /
                                                          "references" / "sd1" / "model" / "tokenizer"}) {
    const auto tokenizer = load_tokenizer(folder);
    EXPECT_TRUE(is_one_token_everywhere("sks", *tokenizer)) << folder;
    EXPECT_FALSE(is_one_token_everywhere("sksbrc", *tokenizer)) << folder;
    for (const auto& word : identifier_pool(folder, *tokenizer)) {
      const auto ids = tokenizer->encode("a photo of a " + word + ", on the beach");
      EXPECT_EQ(std::count(ids.begin(), ids.end(), tokenizer->encode(word).front()), 1) << word;
    }
  }
}

TEST(PieceWarning, NamesThePieces) {
  const auto tokenizer = load_tokenizer(starter() / "tokenizer");
  const auto warning = piece_warning("sksbrc", *tokenizer);
  EXPECT_NE(warning.find("sksbrc"), std::string::npos);
  EXPECT_NE(warning.find("pieces"), std::string::npos);
}

}  // namespace
}  // namespace big
