#include "big/registry/replay_ledger.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

TEST(ReplayLedger, CountsOnAndDropsWhatIsNoMore) {
  const std::vector<ReplayedSubject> before = {{"aab", 3, 10, 6}, {"gone", 1, 1, 6}, {"bbc", 2, 2, 6}};
  const auto ledger = next_ledger(before, {"aab", "bbc", "early"}, {4, 0, 5}, "ccd", 7);
  ASSERT_EQ(ledger.size(), 4u);
  const auto expect = [&](const std::string& word, int64_t rows, int64_t total, int64_t last) {
    const auto entry = replayed_subject(ledger, word);
    EXPECT_EQ(entry.rows, rows) << word;
    EXPECT_EQ(entry.total, total) << word;
    EXPECT_EQ(entry.last, last) << word;
  };
  expect("aab", 4, 14, 7);
  expect("bbc", 0, 2, 6);
  expect("early", 5, 5, 7);
  expect("ccd", 0, 0, 7);
  expect("gone", 0, 0, 0);
}

TEST(ReplayLedger, IsReadAsItWasWritten) {
  const auto read = ledger_from_json(Json(ledger_to_json({{"aab", 3, 10, 6}})), "here");
  ASSERT_EQ(read.size(), 1u);
  EXPECT_EQ(read[0].identifier, "aab");
  EXPECT_EQ(read[0].rows, 3);
  EXPECT_EQ(read[0].total, 10);
  EXPECT_EQ(read[0].last, 6);
}

TEST(ReplayLedger, DamageIsNamedWithItsPlace) {
  const auto no_list = error_of<InputError>([] { ledger_from_json(Json::parse("3"), "here"); });
  EXPECT_NE(no_list.find("here is"), std::string::npos) << no_list;
  const auto error = error_of<InputError>([] { ledger_from_json(Json::parse(R"([{"identifier": "a"}])"), "here"); });
  EXPECT_NE(error.find("here[0]"), std::string::npos) << error;
}

}  // namespace
}  // namespace big
