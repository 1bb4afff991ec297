#include "big/core/log.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/run_log.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

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

TEST(RunLog, CopiesWhatIsLoggedWhateverTheScreenShows) {
  const TempDir dir;
  const auto file = dir.path() / "logs" / "train.log";
  std::string text;
  {
    RunLog log;
    written_at(LogLevel::kOff);
    EXPECT_FALSE(std::filesystem::exists(file));
    log.keep_in(file);
    EXPECT_EQ(read_file(file, 1 << 20), log.text());
    log.note("for the copy {}");
    EXPECT_EQ(written_at(LogLevel::kWarning), "warning: w\n");
    text = log.text();
  }
  written_at(LogLevel::kDebug);
  EXPECT_EQ(read_file(file, 1 << 20), text) << "after its end nothing comes";
  std::string without_times;
  for (size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    EXPECT_EQ(text.substr(at + 10, 1) + text.substr(at + 19, 2), "TZ ");
    without_times += text.substr(at + 21, end - at - 20);
  }
  EXPECT_EQ(without_times, "i\nwarning: w\nfor the copy {}\ni\nwarning: w\n");
}

TEST(RunLog, AFileThatCannotBeWrittenIsAnError) {
  RunLog log;
  EXPECT_THROW(log.keep_in("/proc/nowhere/train.log"), MachineError);
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
