#include "lr_schedule.h"

#include <gtest/gtest.h>

#include "big/core/error.h"

namespace big {
namespace {

TEST(LrSchedule, ConstantStaysAtOne) {
  for (int64_t step = 0; step < 10; ++step) EXPECT_EQ(lr_factor({"constant", 0, 10}, step), 1.0);
}

TEST(LrSchedule, WarmupRisesFromZeroAndReachesOneAfterItsSteps) {
  for (const char* name : {"constant", "linear", "cosine"}) {
    EXPECT_EQ(lr_factor({name, 4, 20}, 0), 0.0) << name;
    EXPECT_EQ(lr_factor({name, 4, 20}, 1), 0.25) << name;
    EXPECT_EQ(lr_factor({name, 4, 20}, 4), 1.0) << name;
  }
}

TEST(LrSchedule, LinearFallsEvenly) {
  EXPECT_DOUBLE_EQ(lr_factor({"linear", 0, 8}, 2), 0.75);
  EXPECT_DOUBLE_EQ(lr_factor({"linear", 0, 8}, 7), 0.125);
}

TEST(LrSchedule, CosineIsHalfwayInTheMiddle) {
  EXPECT_NEAR(lr_factor({"cosine", 0, 10}, 5), 0.5, 1e-15);
  EXPECT_NEAR(lr_factor({"cosine", 2, 10}, 6), 0.5, 1e-15);
}

TEST(LrSchedule, NamesWhatItKnowsWhenAskedForSomethingElse) {
  EXPECT_NO_THROW(check_lr_schedule("cosine"));
  try {
    check_lr_schedule("cosin");
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "lr_scheduler is 'cosin', expected one of constant, linear, cosine");
  }
}

}  // namespace
}  // namespace big
