#include "sentencepiece_rules.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

std::string seed(const std::string& name) {
  const auto file =
      std::filesystem::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "tests/fuzz/seeds/spiece" / name;
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string varint(size_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string field(char tag, const std::string& bytes) { return tag + varint(bytes.size()) + bytes; }

/// A model that is nothing but a table of rules: a trie of these units and these texts.
std::string model_of(const std::vector<uint32_t>& units, const std::string& texts) {
  const auto trie_bytes = static_cast<uint32_t>(units.size() * 4);
  std::string table(4 + trie_bytes, '\0');
  std::memcpy(table.data(), &trie_bytes, 4);
  std::memcpy(table.data() + 4, units.data(), trie_bytes);
  return field('\x1a', field('\x12', table + texts));
}

constexpr uint32_t kValueFollows = 1u << 8, kIsValue = 1u << 31;

uint32_t node(char label, uint32_t at, uint32_t children, uint32_t flags = 0) {
  return static_cast<uint8_t>(label) | (at ^ children) << 10 | flags;
}

/// One rule: the root's children lie from 256 on, that of 'a' has the value 0 at 512.
std::vector<uint32_t> one_rule() {
  std::vector<uint32_t> units(768, 0xFE);  // labels that nobody asks for
  units[0] = node('\0', 0, 256);
  units[256 ^ 'a'] = node('a', 256 ^ 'a', 512, kValueFollows);
  units[512] = kIsValue | 0;
  units[256 ^ 0xFE] = units[512 ^ 0xFE] = 0;
  return units;
}

bool is_refused(const std::string& model) {
  return error_of<InputError>([&] {
           check_sentencepiece_rules(model, "spiece.model");
         }).find("spiece.model: ") == 0;
}

const std::string kTexts("b\0", 2);

TEST(SentencePieceRules, RealModelsAreSound) {
  for (const char* name : {"unigram.model", "bpe.model", "char.model", "word.model"})
    EXPECT_FALSE(is_refused(seed(name))) << name;
  EXPECT_FALSE(is_refused(model_of(one_rule(), kTexts)));
}

TEST(SentencePieceRules, StepsOutOfTheTableAreRefused) {
  auto units = one_rule();
  units[256 ^ 'a'] = node('a', 256 ^ 'a', 1024);
  EXPECT_TRUE(is_refused(model_of(units, kTexts)));
  units[256 ^ 'a'] |= 1u << 9;  // distances times 256
  EXPECT_TRUE(is_refused(model_of(units, kTexts)));
}

TEST(SentencePieceRules, ValuesBeyondTheTextsAreRefused) {
  auto units = one_rule();
  units[512] = kIsValue | 2;
  EXPECT_TRUE(is_refused(model_of(units, kTexts)));
}

TEST(SentencePieceRules, TextsWithoutAnEndAreRefused) { EXPECT_TRUE(is_refused(model_of(one_rule(), "b"))); }

TEST(SentencePieceRules, CirclesAreRefused) {
  auto units = one_rule();
  units[512 ^ 'a'] = node('a', 512 ^ 'a', 512);
  EXPECT_TRUE(is_refused(model_of(units, kTexts)));
}

TEST(SentencePieceRules, MoreRulesOnOneWayThanTheLibraryHasRoomForAreRefused) {
  for (const uint32_t rules : {32u, 33u}) {
    std::vector<uint32_t> units(256 * (rules + 2), 0);
    units[0] = node('\0', 0, 256);
    for (uint32_t i = 1; i <= rules; ++i) {
      units[256 * i ^ 'a'] = node('a', 256 * i ^ 'a', 256 * (i + 1), kValueFollows);
      units[256 * (i + 1)] = kIsValue | 0;
    }
    for (uint32_t i = 0; i < units.size(); ++i)
      if (units[i] == 0) units[i] = kIsValue;
    EXPECT_EQ(is_refused(model_of(units, kTexts)), rules == 33) << rules;
  }
}

TEST(SentencePieceRules, WhatIsNoModelIsRefused) {
  EXPECT_TRUE(is_refused("\x0a"));
  EXPECT_TRUE(is_refused(seed("char.model").substr(0, 100)));
  EXPECT_TRUE(is_refused(field('\x1a', "\x12\x7f")));
}

}  // namespace
}  // namespace big
