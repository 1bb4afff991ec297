#include "scan.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(Scan, WordsStandApart) {
  EXPECT_EQ(find_word("x AND y", "AND", 0), 2u);
  EXPECT_EQ(find_word("xAND (AND)", "AND", 0), 6u);
  EXPECT_EQ(find_word("AND", "AND", 1), std::string_view::npos);
}

TEST(Scan, DecimalsArePlain) {
  EXPECT_EQ(decimal(" 1.5 "), 1.5);
  EXPECT_EQ(decimal("+2"), 2.0);
  EXPECT_EQ(decimal("-.25"), -0.25);
  EXPECT_EQ(decimal("3."), 3.0);
  for (const char* text : {"", ".", "-", "+-1", "1e3", "0x1", "inf", "1.2.3", "1 2", "--1"})
    EXPECT_EQ(decimal(text), std::nullopt) << text;
}

}  // namespace
}  // namespace big
