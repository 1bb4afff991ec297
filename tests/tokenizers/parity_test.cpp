#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "big/core/json.h"
#include "big/tokenizers/tokenizer.h"
#include "tokenizers/starter_folder.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path references() { return fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references" / "tokenizers"; }

const Json& expected() {
  static const Json json = read_json(references() / "ids.json");
  return json;
}

void expect_equal_ids(const fs::path& folder, const std::string& name) {
  const auto tokenizer = load_tokenizer(folder);
  const Json& strings = expected()["strings"];
  const Json& ids = expected()["ids"][name];
  ASSERT_GE(strings.size(), 10'000U);
  ASSERT_EQ(strings.size(), ids.size());
  int wrong = 0;
  for (size_t i = 0; i < strings.size(); ++i) {
    const auto text = strings[i].get<std::string>();
    const auto wanted = ids[i].get<std::vector<int64_t>>();
    const std::vector<int64_t> found = tokenizer->encode(text);
    if (found == wanted || ++wrong > 10) continue;
    ADD_FAILURE() << name << ": string " << i << ": " << strings[i].dump(-1, ' ', true) << "\nfound    "
                  << Json(found).dump() << "\nexpected " << Json(wanted).dump();
  }
  EXPECT_EQ(wrong, 0);
}

TEST(TokenizerParity, StableDiffusion1EqualsTransformers) { expect_equal_ids(references() / "sd1", "sd1"); }

TEST(TokenizerParity, StableDiffusion2EqualsTransformers) { expect_equal_ids(references() / "sd2", "sd2"); }

TEST(TokenizerParity, AddedTokensEqualTransformers) { expect_equal_ids(references() / "added", "added"); }

TEST(TokenizerParity, TokenizerJsonAloneEqualsTransformers) {
  ASSERT_FALSE(fs::exists(references() / "saved" / "vocab.json"));
  expect_equal_ids(references() / "saved", "saved");
}

TEST(TokenizerParity, StarterEqualsSentencePiece) { expect_equal_ids(starter(), "starter"); }

TEST(TokenizerParity, StarterEqualsItsTokenizerJson) { expect_equal_ids(starter(), "starter_json"); }

TEST(TokenizerParity, PaddingIsWhatEachFamilyWasTrainedWith) {
  const auto sd1 = load_tokenizer(references() / "sd1");
  EXPECT_EQ(sd1->vocab_size(), 49408);
  EXPECT_EQ(sd1->bos_id(), 49406);
  EXPECT_EQ(sd1->eos_id(), 49407);
  EXPECT_EQ(sd1->pad_id(), 49407);
  EXPECT_EQ(sd1->max_length(), 77);
  for (const char* folder : {"sd2", "saved"})
    EXPECT_EQ(load_tokenizer(references() / folder)->pad_id(), 0) << folder;
  const auto small = load_tokenizer(starter());
  EXPECT_EQ(small->bos_id(), 2);
  EXPECT_EQ(small->eos_id(), 3);
  EXPECT_EQ(small->pad_id(), 0);
  EXPECT_EQ(small->max_length(), 28);
}

TEST(TokenizerParity, OnlyRareIdentifiersAreOneToken) {
  const auto clip = load_tokenizer(references() / "sd1");
  for (const char* word : {"sks", "SKS", "brc", "dog"}) EXPECT_TRUE(clip->is_one_token(word)) << word;
  for (const char* word : {"lnl", "two words", "", "<|endoftext|>", "dog!"})
    EXPECT_FALSE(clip->is_one_token(word)) << word;
}

TEST(TokenizerParity, EveryReservedIdentifierOfTheStarterIsOneToken) {
  const auto tokenizer = load_tokenizer(starter());
  const std::vector<std::string> words = reserved_identifiers(starter());
  ASSERT_GE(words.size(), 200U);
  for (const std::string& word : words) EXPECT_TRUE(tokenizer->is_one_token(word)) << word;
}

TEST(TokenizerParity, DecodeGivesReadableTextBack) {
  const auto clip = load_tokenizer(references() / "sd1");
  EXPECT_EQ(clip->decode(clip->encode("A photo of a DOG, 東京 😀 !")), "a photo of a dog , 東京 😀 !");
  EXPECT_EQ(clip->piece(clip->encode("dog").at(0)), "dog</w>");
  EXPECT_THROW(clip->piece(49408), std::out_of_range);
  EXPECT_THROW(clip->decode({-1}), std::out_of_range);
  const auto small = load_tokenizer(starter());
  EXPECT_EQ(small->decode(small->encode("a Fröhlicher 東京 😀 dog")), "a fröhlicher 東京 😀 dog");
  EXPECT_THROW(small->decode({100'000}), std::out_of_range);
  EXPECT_THROW(small->piece(-1), std::out_of_range);
}

TEST(TokenizerParity, WordsBeyondTheWindowAreListed) {
  const auto clip = load_tokenizer(references() / "sd1");
  std::string prompt;
  for (int i = 0; i < 75; ++i) prompt += "dog ";
  EXPECT_TRUE(clip->encode_padded(prompt).cut.empty());
  const TokenizedText text = clip->encode_padded(prompt + "in a Garden");
  EXPECT_EQ(text.cut, (std::vector<std::string>{"in", "a", "garden"}));
  ASSERT_EQ(text.ids.size(), 77U);
  EXPECT_EQ(text.ids.front(), 49406);
  EXPECT_EQ(text.ids.back(), 49407);
  EXPECT_EQ(text.ids[75], clip->encode("dog").at(0));
}

TEST(TokenizerParity, ShortTextIsPaddedToTheWindow) {
  const auto small = load_tokenizer(starter());
  const TokenizedText text = small->encode_padded("");
  ASSERT_EQ(text.ids.size(), 28U);
  EXPECT_EQ(text.ids[0], 2);
  EXPECT_EQ(text.ids[1], 3);
  EXPECT_EQ(std::ranges::count(text.ids, 0), 26);
}

TEST(TokenizerParity, BytesThatAreNoTextBecomeReplacementCharacters) {
  for (const fs::path& folder : {references() / "sd1", starter()}) {
    const auto tokenizer = load_tokenizer(folder);
    EXPECT_EQ(tokenizer->encode("a\xff\xc3(b"), tokenizer->encode("a\uFFFD\uFFFD(b")) << folder;
  }
}

}  // namespace
}  // namespace big
