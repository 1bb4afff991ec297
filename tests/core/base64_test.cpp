#include "big/core/base64.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(Base64, AsRfc4648HasIt) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\0\xff\xfb", 3)), "AP/7");
}

}  // namespace
}  // namespace big
