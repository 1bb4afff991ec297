#include "big/core/memory.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(AvailableMemory, IsAPlausibleNumber) {
  EXPECT_GT(available_memory_bytes(), uint64_t{50} << 20);
  EXPECT_LT(available_memory_bytes(), uint64_t{1} << 50);
}

}  // namespace
}  // namespace big
