#include "big/personalization/gate_report.h"

#include <gtest/gtest.h>

#include "big/core/text.h"

namespace big {
namespace {

GateReport good() {
  GateReport report;
  report.subjects = {{.identifier = "vfr", .category = "dog", .is_new = true, .before = 0.98, .after = 1.78},
                     {.identifier = "sks", .category = "cat", .before = 1.9, .after = 1.8, .lost = 0.1, .lost_low = 0.06,
                      .lost_high = 0.13}};
  return report;
}

TEST(GateReport, PassesWhereEverythingDoes) {
  EXPECT_TRUE(good().passed());
  EXPECT_TRUE(good().learned());
  EXPECT_TRUE(GateReport().passed());
  for (size_t i = 0; i < 2; ++i) {
    auto report = good();
    report.subjects[i].passed = false;
    EXPECT_FALSE(report.passed());
    EXPECT_EQ(report.learned(), i == 1);
  }
  auto report = good();
  report.drift_passed = false;
  EXPECT_FALSE(report.passed());
}

TEST(GateReport, SaysWhatWasFound) {
  auto report = good();
  report.unmeasured = 3;
  EXPECT_EQ(join(report.lines(), "\n"),
            "vfr (dog): identity 0.980 -> 1.780, learned\n"
            "sks (cat): identity 1.900 -> 1.800, lost 10 % (6 to 13)\n"
            "(3 more subjects were not measured)\n"
            "classes without an identifier: error changed by 0 % (0 to 0)");
  report.subjects[0].passed = report.subjects[1].passed = report.drift_passed = false;
  const std::string text = join(report.lines(), "\n");
  for (const char* word : {"NOT LEARNED", "FORGOTTEN", "DRIFTED"}) EXPECT_NE(text.find(word), std::string::npos) << word;
  EXPECT_EQ(report.json()["subjects"][1]["identity_after"], 1.8);
  EXPECT_EQ(report.json()["passed"], false);
}

}  // namespace
}  // namespace big
