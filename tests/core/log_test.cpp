#include "big/core/log.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

/// What one message of each level writes to stderr.
std::string written_at(LogLevel level) {
  const LogLevel before = log_level();
  set_log_level(level);
  testing::internal::CaptureStderr();
  log_debug("d {}");
  log_info("i");
  log_warning("w");
  set_log_level(before);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, LevelsBelowTheChosenOneAreSilent) {
  EXPECT_EQ(written_at(LogLevel::kDebug), "debug: d {}\ni\nwarning: w\n");
  EXPECT_EQ(written_at(LogLevel::kInfo), "i\nwarning: w\n");
  EXPECT_EQ(written_at(LogLevel::kWarning), "warning: w\n");
  EXPECT_EQ(written_at(LogLevel::kError), "");
  EXPECT_EQ(written_at(LogLevel::kOff), "");
}

TEST(Log, LevelNamesAreReadAndWrongOnesNamed) {
  EXPECT_EQ(parse_log_level("warning"), LogLevel::kWarning);
  EXPECT_EQ(parse_log_level("off"), LogLevel::kOff);
  EXPECT_EQ(error_of<UsageError>([] { parse_log_level("warnign"); }),
            "log level 'warnign' is unknown, expected one of debug, info, warning, error, off; did you mean "
            "'warning'?");
}

}  // namespace
}  // namespace big
