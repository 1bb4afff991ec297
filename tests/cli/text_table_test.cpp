#include "cli/text_table.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(TextTable, WidthCountsColumnsOfATerminal) {
  EXPECT_EQ(display_width("dog"), 3u);
  EXPECT_EQ(display_width("naïve"), 5u);
  EXPECT_EQ(display_width("nai\u0308ve"), 5u);
  EXPECT_EQ(display_width("小狗"), 4u);
  EXPECT_EQ(display_width("🐶"), 2u);
}

TEST(TextTable, ColumnsStandUnderEachOther) {
  EXPECT_EQ(text_table({{"id", "category", "n"}, {"小狗", "naïve cat", "5"}, {"sks", "dog", "10"}}),
            "  id    category   n\n"
            "  小狗  naïve cat  5\n"
            "  sks   dog        10\n");
}

}  // namespace
}  // namespace big
