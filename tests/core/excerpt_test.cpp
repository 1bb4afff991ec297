#include "big/core/excerpt.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(Excerpt, IsHarmlessAndShort) {
  EXPECT_EQ(excerpt("a dog", 5), "a dog");
  EXPECT_EQ(excerpt("a dogs", 5), "a dog...");
  EXPECT_EQ(excerpt("a\x1b[2J\nb\xff", 20),
            "a\xEF\xBF\xBD[2J\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
  EXPECT_EQ(excerpt("caf\u00e9", 4), "caf...") << "cut between characters";
}

}  // namespace
}  // namespace big
