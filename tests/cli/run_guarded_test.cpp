#include "cli/run_guarded.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <new>

#include "big/core/error.h"
#include "cli/output.h"

namespace big {
namespace {

template <class E>
ErrorReport report_of(const E& error) {
  try {
    throw error;
  } catch (...) {
    return report_current_exception();
  }
}

TEST(RunGuarded, ErrorsOfOursKeepCodeKindAndMessage) {
  const ErrorReport report = report_of(BusyError("taken"));
  EXPECT_EQ(report.code, 4);
  EXPECT_EQ(report.kind, "busy");
  EXPECT_EQ(report.message, "taken");
  EXPECT_EQ(report_of(Interrupted(15, "stopped")).code, 143);
}

TEST(RunGuarded, AnythingElseIsOurBugAndAsksForAReport) {
  const ErrorReport report =
      report_of(std::runtime_error("index 3\nException raised from at file.cpp:1\nframe #0"));
  EXPECT_EQ(report.code, 70);
  EXPECT_EQ(report.kind, "bug");
  EXPECT_EQ(report.message, "a fault of this program, please report it with the command you typed: index 3");
  EXPECT_EQ(report_of(3).code, 70);
}

TEST(Leave, WritesWhatIsBufferedAndHandsTheCodeOn) {
  const auto last_words = [] {
    std::setvbuf(stderr, nullptr, _IOFBF, 4096);
    std::fputs("last words", stderr);
    leave(3);
  };
  EXPECT_EXIT(last_words(), testing::ExitedWithCode(3), "last words");
}

TEST(RunGuarded, MemoryIsTheMachinesFault) {
  EXPECT_EQ(report_of(std::bad_alloc()).code, 6);
  EXPECT_EQ(report_of(std::runtime_error("DefaultCPUAllocator: can't allocate memory: you tried")).code, 6);
  EXPECT_EQ(report_of(std::runtime_error("CUDA out of memory. Tried")).kind, "machine");
}

TEST(RunGuarded, FileSystemErrorsAreTheUsersOrTheMachines) {
  using std::filesystem::filesystem_error;
  const auto denied = filesystem_error("x", "a", "b", std::make_error_code(std::errc::permission_denied));
  EXPECT_EQ(report_of(denied).code, 3);
  EXPECT_EQ(report_of(denied).message, "a -> b: Permission denied");
  const auto full = filesystem_error("x", std::make_error_code(std::errc::no_space_on_device));
  EXPECT_EQ(report_of(full).code, 6);
}

TEST(RunGuarded, TheCodeLeavesTheTool) {
  char name[] = "tool", flag[] = "--json";
  char* argv[] = {name, flag, nullptr};
  testing::internal::CaptureStdout();
  const int code = run_guarded(2, argv, [](const std::vector<std::string>& arguments) {
    EXPECT_EQ(arguments, std::vector<std::string>{"--json"});
    throw InputError("say \"\xff\"");
  });
  EXPECT_EQ(code, 3);
  EXPECT_EQ(testing::internal::GetCapturedStdout(),
            "{\"error\":{\"code\":3,\"kind\":\"file\",\"message\":\"say \\\"\xEF\xBF\xBD\\\"\"}}\n");
  char* plain[] = {name, nullptr};
  EXPECT_EQ(run_guarded(1, plain, [](const auto&) {}), 0);
}

TEST(ShellWord, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(shell_word("models/x-1.0"), "models/x-1.0");
  EXPECT_EQ(shell_word("my models"), "'my models'");
  EXPECT_EQ(shell_word("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace big
