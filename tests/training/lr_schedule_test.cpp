#include "lr_schedule.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

TEST(LrSchedule, ConstantStaysAtOne) {
  for (int64_t step = 0; step < 10; ++step) EXPECT_EQ(lr_factor({"constant", 0, 10}, step), 1.0);
}

TEST(LrSchedule, WarmupRisesFromZeroAndReachesOneAfterItsSteps) {
  for (const char* name : {"constant", "linear", "cosine", "cosine_with_restarts", "polynomial"}) {
    EXPECT_EQ(lr_factor({name, 4, 20}, 0), 0.0) << name;
    EXPECT_EQ(lr_factor({name, 4, 20}, 1), 0.25) << name;
    EXPECT_DOUBLE_EQ(lr_factor({name, 4, 20}, 4), 1.0) << name;
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
  TrainOptions options;
  options.lr_scheduler = "cosine";
  EXPECT_NO_THROW(lr_schedule_of(options));
  options.lr_scheduler = "cosin";
  EXPECT_EQ(error_of<UsageError>([&] { lr_schedule_of(options); }),
            "lr_scheduler is 'cosin', expected one of constant, linear, cosine, cosine_with_restarts, "
            "polynomial");
}

TEST(LrSchedule, RestartsAtTheTopOfEachCycle) {
  const LrSchedule schedule{"cosine_with_restarts", 0, 12, 3};
  for (const int64_t step : {0, 4, 8}) EXPECT_DOUBLE_EQ(lr_factor(schedule, step), 1);
  EXPECT_NEAR(lr_factor(schedule, 6), 0.5, 1e-15);
}

TEST(LrSchedule, PolynomialEndsAtItsLastRate) {
  const LrSchedule schedule{"polynomial", 0, 10, 1, 2, 1e-5};
  EXPECT_DOUBLE_EQ(lr_factor(schedule, 0), 1);
  EXPECT_NEAR(lr_factor(schedule, 5), 0.25 * 0.99 + 0.01, 1e-15);
  EXPECT_NEAR(lr_factor(schedule, 10), 0.01, 1e-15);
}

TEST(LrSchedule, RefusesWhatCannotFall) {
  TrainOptions options;
  options.lr_scheduler = "polynomial";
  options.learning_rate = 1e-8;
  EXPECT_THROW(lr_schedule_of(options), UsageError);
  options.lr_scheduler = "cosine_with_restarts";
  options.lr_num_cycles = 0;
  EXPECT_THROW(lr_schedule_of(options), UsageError);
}

}  // namespace
}  // namespace big
