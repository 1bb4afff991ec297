#include "big/core/fail_point.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/child_process.h"

namespace big {
namespace {

/// How a process ends that passes "here" `passes` times.
int end_of(const std::string& armed, int passes) {
  ChildProcess child([&] {
    arm_fail_point(armed);
    for (int i = 0; i < passes; ++i) fail_point("here");
    return 0;
  });
  return child.wait();
}

TEST(FailPoint, KillsOnlyAtTheArmedPlace) {
  EXPECT_EQ(end_of("here", 1), -SIGKILL);
  EXPECT_EQ(end_of("elsewhere", 5), 0);
  EXPECT_EQ(end_of("", 5), 0);
}

TEST(FailPoint, WaitsForTheGivenPass) {
  EXPECT_EQ(end_of("here:3", 2), 0);
  EXPECT_EQ(end_of("here:3", 3), -SIGKILL);
}

TEST(FailPoint, AWrongPassIsRefused) {
  for (const char* name : {"here:", "here:0", "here:-1", "here:x", "here:3x"}) {
    EXPECT_THROW(arm_fail_point(name), UsageError) << name;
  }
}

}  // namespace
}  // namespace big
