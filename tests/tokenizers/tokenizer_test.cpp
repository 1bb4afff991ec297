#include "big/tokenizers/tokenizer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "big/core/error.h"
#include "support/temp_dir.h"
#include "tokenizers/starter_folder.h"

namespace big {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVocab =
    R"({"a":0,"b":1,"a</w>":2,"b</w>":3,"ab":4,"ab</w>":5,"abab</w>":6,"<|startoftext|>":7,
                                   "<|endoftext|>":8})";

void write(const fs::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::string slurp(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The message of the InputError that loading raises, or "" where it loads.
std::string load_error(const fs::path& folder) {
  try {
    load_tokenizer(folder);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

class TinyClip : public testing::Test {
 protected:
  TinyClip() {
    write(dir_.path() / "vocab.json", kVocab);
    write(dir_.path() / "merges.txt", "#version: 0.2\na b\na b</w>\nab ab</w>\n");
  }
  TempDir dir_;
};

TEST_F(TinyClip, MergesInOrderOfRank) {
  const auto tokenizer = load_tokenizer(dir_.path());
  EXPECT_EQ(tokenizer->encode("ABAB ab a"), (std::vector<int64_t>{6, 5, 2}));
  EXPECT_EQ(tokenizer->encode("abb"), (std::vector<int64_t>{4, 3}));
}

TEST_F(TinyClip, WhatNoPieceSpellsIsTheUnknownPiece) {
  const auto tokenizer = load_tokenizer(dir_.path());
  EXPECT_EQ(tokenizer->encode("az"), (std::vector<int64_t>{0, 8}));
  EXPECT_FALSE(tokenizer->is_one_token("z"));
  EXPECT_TRUE(tokenizer->is_one_token("ab"));
}

TEST_F(TinyClip, WithoutConfigurationTheWindowIsClips) {
  const auto tokenizer = load_tokenizer(dir_.path());
  EXPECT_EQ(tokenizer->max_length(), 77);
  EXPECT_EQ(tokenizer->pad_id(), 8);
  EXPECT_EQ(tokenizer->encode("a<|endoftext|>b"), (std::vector<int64_t>{2, 8, 3}));
}

TEST_F(TinyClip, SpecialTokensMapCompletesTheConfiguration) {
  write(dir_.path() / "tokenizer_config.json", R"({"model_max_length": 5})");
  write(dir_.path() / "special_tokens_map.json", R"({"pad_token": "a</w>"})");
  const auto tokenizer = load_tokenizer(dir_.path());
  EXPECT_EQ(tokenizer->pad_id(), 2);
  const TokenizedText text = tokenizer->encode_padded("b ab b abab");
  EXPECT_EQ(text.ids, (std::vector<int64_t>{7, 3, 5, 3, 8}));
  EXPECT_EQ(text.cut, (std::vector<std::string>{"abab"}));
}

TEST_F(TinyClip, LongWordsTakeNoQuadraticTime) {
  const auto tokenizer = load_tokenizer(dir_.path());
  std::string word;
  for (int i = 0; i < 200'000; ++i) word += "ab";
  EXPECT_EQ(tokenizer->encode(word).size(), 199'999U);
}

TEST_F(TinyClip, MalformedFilesAreInputErrorsThatNameTheFile) {
  const std::pair<const char*, const char*> cases[] = {
      {"vocab.json", ""},
      {"vocab.json", "{\"a\": 0,"},
      {"vocab.json", "[]"},
      {"vocab.json", "{}"},
      {"vocab.json", R"({"a": -1})"},
      {"vocab.json", R"({"a": 1.5})"},
      {"vocab.json", R"({"a": 18446744073709551615})"},
      {"vocab.json", R"({"a": "b"})"},
      {"merges.txt", ""},
      {"merges.txt", "#version: 0.2\n"},
      {"merges.txt", "a b\nab c\n"},
      {"merges.txt", "b a\n"},
      {"merges.txt", "a\n"},
      {"merges.txt", "a b ab\n"},
      {"tokenizer_config.json", "[]"},
      {"tokenizer_config.json", R"({"model_max_length": 1})"},
      {"tokenizer_config.json", R"({"model_max_length": "long"})"},
      {"tokenizer_config.json", R"({"bos_token": 5})"},
      {"tokenizer_config.json", R"({"bos_token": {"normalized": true}})"},
      {"tokenizer_config.json", R"({"added_tokens_decoder": []})"},
      {"tokenizer_config.json", R"({"added_tokens_decoder": {"99999999999999999999": {"content": "x"}}})"},
      {"tokenizer_config.json", R"({"added_tokens_decoder": {"-1": {"content": "x"}}})"},
  };
  for (const auto& [name, bytes] : cases) {
    const std::string good = slurp(dir_.path() / name);
    write(dir_.path() / name, bytes);
    EXPECT_NE(load_error(dir_.path()).find(name), std::string::npos) << name << " " << bytes;
    fs::remove(dir_.path() / name);
    if (!good.empty()) write(dir_.path() / name, good);
  }
  EXPECT_EQ(load_error(dir_.path()), "");
}

TEST_F(TinyClip, AMissingSpecialTokenIsNamed) {
  write(dir_.path() / "tokenizer_config.json", R"({"pad_token": "<pad>"})");
  EXPECT_NE(load_error(dir_.path()).find("<pad>"), std::string::npos);
}

TEST_F(TinyClip, MissingFilesAreNamed) {
  fs::remove(dir_.path() / "merges.txt");
  EXPECT_NE(load_error(dir_.path()).find("merges.txt"), std::string::npos);
  fs::remove(dir_.path() / "vocab.json");
  EXPECT_NE(load_error(dir_.path()).find("spiece.model"), std::string::npos);
  EXPECT_NE(load_error(dir_.path() / "nowhere").find("nowhere"), std::string::npos);
}

TEST(TokenizerJson, OfAnotherKindIsRefused) {
  TempDir dir;
  for (const char* bytes : {"{}", R"({"model":{"vocab":{"a":0},"merges":[]}})", R"({"model":3})",
                            R"({"model":{"vocab":{"a":0},"merges":[7],"end_of_word_suffix":"</w>"}})"}) {
    write(dir.path() / "tokenizer.json", bytes);
    EXPECT_NE(load_error(dir.path()).find("tokenizer.json"), std::string::npos) << bytes;
  }
}

TEST(SentencePieceModel, CutShortIsRefused) {
  const std::string good = slurp(starter() / "spiece.model");
  ASSERT_GT(good.size(), 1000U);
  TempDir dir;
  fs::copy(starter() / "tokenizer_config.json", dir.path() / "tokenizer_config.json");
  write(dir.path() / "spiece.model", "");
  EXPECT_NE(load_error(dir.path()).find("is empty"), std::string::npos);
  write(dir.path() / "spiece.model", "no model at all");
  EXPECT_NE(load_error(dir.path()).find("spiece.model"), std::string::npos);
  for (size_t size : {size_t{1}, good.size() / 3, good.size() / 2, good.size() - 1}) {
    write(dir.path() / "spiece.model", good.substr(0, size));
    EXPECT_NE(load_error(dir.path()).find("spiece.model"), std::string::npos) << size;
  }
  write(dir.path() / "spiece.model", good);
  EXPECT_EQ(load_error(dir.path()), "");
}

TEST(SentencePieceModel, NeedsItsTextWindow) {
  TempDir dir;
  fs::copy(starter() / "spiece.model", dir.path() / "spiece.model");
  EXPECT_NE(load_error(dir.path()).find("model_max_length"), std::string::npos);
}

TEST(SentencePieceModel, TypedControlPiecesAreText) {
  const auto tokenizer = load_tokenizer(starter());
  EXPECT_GT(tokenizer->encode("<s>").size(), 1U);
  EXPECT_FALSE(tokenizer->is_one_token("</s>"));
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("<s>")), "<s>");
}

TEST(ReservedIdentifiers, AreEmptyWithoutAFileAndRefusedWhenMalformed) {
  TempDir dir;
  EXPECT_TRUE(reserved_identifiers(dir.path()).empty());
  for (const char* bytes : {"{}", "[1]", "[\"\"]", "["}) {
    write(dir.path() / "identifiers.json", bytes);
    EXPECT_THROW(reserved_identifiers(dir.path()), InputError) << bytes;
  }
  write(dir.path() / "identifiers.json", R"(["sks","vfr"])");
  EXPECT_EQ(reserved_identifiers(dir.path()), (std::vector<std::string>{"sks", "vfr"}));
}

}  // namespace
}  // namespace big
