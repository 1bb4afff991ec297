#include "cli/wait_policy.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "support/child_process.h"

namespace big {
namespace {

constexpr int kSet = 20, kNotSet = 21, kCameBack = 22;

/// Not a test: what this program does when it is started anew.
TEST(WaitPolicy, DISABLED_StartedAnew) {
  const char* count = std::getenv("GOMP_SPINCOUNT");
  _exit(count != nullptr && std::string(count) == "2000" ? kSet : kNotSet);
}

/// The exit code of a copy of this program that asks for threads which sleep, after `prepare` has set its
/// environment; where it is started anew it becomes the test above.
template <class Prepare>
int exit_code_after(const Prepare& prepare) {
  return ChildProcess([&] {
           unsetenv("GOMP_SPINCOUNT");
           unsetenv("OMP_WAIT_POLICY");
           prepare();
           std::string program = "cli_test", only = "--gtest_filter=WaitPolicy.DISABLED_StartedAnew",
                       disabled_too = "--gtest_also_run_disabled_tests";
           char* arguments[] = {program.data(), only.data(), disabled_too.data(), nullptr};
           sleep_while_waiting(arguments);
           return kCameBack;
         })
      .wait();
}

TEST(WaitPolicy, TheProgramStartsAnew) { EXPECT_EQ(exit_code_after([] {}), kSet); }

TEST(WaitPolicy, WhatThePersonHasChosenStays) {
  EXPECT_EQ(exit_code_after([] { setenv("OMP_WAIT_POLICY", "active", 1); }), kCameBack);
  EXPECT_EQ(exit_code_after([] { setenv("GOMP_SPINCOUNT", "7", 1); }), kCameBack);
}

}  // namespace
}  // namespace big
