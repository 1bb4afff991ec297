#include "cli/progress_bar.h"

#include <gtest/gtest.h>

#include <thread>

namespace big {
namespace {

TEST(ProgressBar, ALineShowsBarCountsRateTimeAndLoss) {
  EXPECT_EQ(progress_line({{"training", 150, 300, 0.12345}, 2.0, 80, true}),
            "training [############------------]  150/300  2.0/s  1 min 15 s left  loss 0.1235");
}

TEST(ProgressBar, UnknownThingsAreLeftOut) {
  EXPECT_EQ(progress_line({{"training", 1, 300}, 0, 80, false}), "training  1/300");
  EXPECT_EQ(progress_line({{"hashing", 3, 0}, 2, 80, false}), "hashing  3  2.0/s");
  EXPECT_EQ(progress_line({{"drawing", 4, 4}, 2, 30, true}), "drawing  4/4  2.0/s");
}

TEST(ProgressBar, SlowStepsAreSecondsEach) {
  EXPECT_EQ(progress_line({{"training", 1, 3}, 0.05, 80, false}), "training  1/3  20.0 s each  40 s left");
}

TEST(ProgressBar, WithoutATerminalThereAreAFewPlainLines) {
  testing::internal::CaptureStderr();
  {
    ProgressBar bar(false);
    const ProgressFn report = bar.callback();
    for (int64_t i = 1; i <= 100; ++i) report({"drawing", i, 100});
    report({"training", 1, 2});
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("drawing  1/100\n"), 0u) << text;
  EXPECT_NE(text.find("\ndrawing  100/100"), std::string::npos) << text;
  EXPECT_NE(text.find("\ntraining  1/2\n"), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(ProgressBar, QuietMeansNoCallback) { EXPECT_FALSE(ProgressBar(true).callback()); }

}  // namespace
}  // namespace big
