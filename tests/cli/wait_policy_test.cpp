#include <gtest/gtest.h>

#include "cli/run_tool.h"

namespace big {
namespace {

constexpr const char* kChosen = "GOMP_SPINCOUNT = '2000'";

/// What libgomp says it read when it was loaded.
std::string read_by_libgomp(const char* tool, std::vector<std::pair<std::string, std::string>> environment) {
  environment.emplace_back("OMP_DISPLAY_ENV", "verbose");
  return run_tool(tool, {"--version"}, {{}, environment}).err;
}

TEST(WaitPolicy, ThreadsOfEveryToolSleepWhileTheyWait) {
  for (const char* tool : {"finetune", "generate", "big_models"}) {
    const std::string read = read_by_libgomp(tool, {});
    EXPECT_NE(read.find(kChosen), std::string::npos) << tool << ": " << read;
  }
}

TEST(WaitPolicy, WhatThePersonHasChosenStays) {
  const std::string policy = read_by_libgomp("generate", {{"OMP_WAIT_POLICY", "active"}});
  EXPECT_EQ(policy.find(kChosen), std::string::npos) << policy;
  EXPECT_NE(policy.find("OMP_WAIT_POLICY = 'ACTIVE'"), std::string::npos) << policy;
  const std::string count = read_by_libgomp("generate", {{"GOMP_SPINCOUNT", "7"}});
  EXPECT_NE(count.find("GOMP_SPINCOUNT = '7'"), std::string::npos) << count;
}

}  // namespace
}  // namespace big
