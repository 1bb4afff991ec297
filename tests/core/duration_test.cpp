#include "big/core/duration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace big {
namespace {

TEST(Duration, ReadsAsPeopleSayIt) {
  EXPECT_EQ(format_duration(0), "0 s");
  EXPECT_EQ(format_duration(45.4), "45 s");
  EXPECT_EQ(format_duration(59.6), "1 min 0 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(3600), "1 h 00 min");
  EXPECT_EQ(format_duration(3900), "1 h 05 min");
  EXPECT_EQ(format_duration(7199), "2 h 00 min");
}

TEST(Duration, WhatIsNoTimeIsUnknown) {
  EXPECT_EQ(format_duration(-1), "unknown");
  EXPECT_EQ(format_duration(std::nan("")), "unknown");
  EXPECT_EQ(format_duration(std::numeric_limits<double>::infinity()), "unknown");
}

TEST(Bytes, TakeTheUnitThatFits) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1024), "1.0 KiB");
  EXPECT_EQ(format_bytes(1024 * 1024 - 1), "1.0 MiB");
  EXPECT_EQ(format_bytes(1503238554), "1.4 GiB");
  EXPECT_EQ(format_bytes(std::numeric_limits<uint64_t>::max()), "16.0 EiB");
}

}  // namespace
}  // namespace big
