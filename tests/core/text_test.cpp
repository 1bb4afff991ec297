#include "big/core/text.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(Text, ConcatStreamsItsArguments) {
  EXPECT_EQ(concat("found ", 3, ", expected ", 4.5), "found 3, expected 4.5");
}

TEST(Text, JoinPutsTheSeparatorBetween) {
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({"a", "b", ""}, ", "), "a, b, ");
}

TEST(Text, NearestForgivesAThirdOfTheWord) {
  const std::vector<std::string> flags = {"max_train_steps", "resolution", "seed"};
  EXPECT_EQ(nearest("max_trian_steps", flags), "max_train_steps");
  EXPECT_EQ(nearest("resolutoin", flags), "resolution");
  EXPECT_EQ(nearest("max_steps", flags), "");  // six edits in nine letters
  EXPECT_EQ(nearest("sed", flags), "seed");
  EXPECT_EQ(nearest("banana", flags), "");
}

TEST(Text, NearestPrefersTheFewestEditsThenTheFirst) {
  EXPECT_EQ(nearest("abcd", {"abxx", "abcx", "xbcd"}), "abcx");
}

TEST(Text, NearestOfAHugeWordIsFast) { EXPECT_EQ(nearest(std::string(1'000'000, 'a'), {"seed"}), ""); }

TEST(Text, ValidUtf8IsToldFromBroken) {
  for (const char* good : {"", "dog", "é", "犬", "🐕", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_valid_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC3", "\xC0\xAF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "ok\xFF", "\xE7\x8A"}) {
    EXPECT_FALSE(is_valid_utf8(bad)) << printable(bad);
  }
}

TEST(Text, PrefixNeverCutsACharacter) {
  const std::string text = "aé犬🐕";  // 1 + 2 + 3 + 4 bytes
  const std::vector<std::string> prefixes = {"",     "a",    "a",    "aé",   "aé",    "aé",
                                             "aé犬", "aé犬", "aé犬", "aé犬", "aé犬🐕", "aé犬🐕"};
  for (size_t bytes = 0; bytes < prefixes.size(); ++bytes)
    EXPECT_EQ(utf8_prefix(text, bytes), prefixes[bytes]);
}

TEST(Text, LowerCaseTouchesOnlyAscii) { EXPECT_EQ(ascii_lower("DPM++ É"), "dpm++ É"); }

TEST(Text, PrintableReplacesWhatATerminalMustNotSee) {
  EXPECT_EQ(printable("a\x1B[31m犬\xFF\n"), "a\uFFFD[31m犬\uFFFD\uFFFD");
  EXPECT_TRUE(is_valid_utf8(printable("\xE7\x8A")));
}

TEST(Text, TrimmedTextKeepsItsInside) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n "), "");
}

}  // namespace
}  // namespace big
