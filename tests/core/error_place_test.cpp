#include "big/core/error_place.h"

#include <gtest/gtest.h>

#include "big/core/error.h"

namespace big {
namespace {

/// What at_place makes of an error.
Error placed(const std::string& where, const std::function<void()>& act, const std::string& besides = "") {
  try {
    at_place(where, act, besides);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return UsageError("");
}

TEST(AtPlace, SaysWhereAndKeepsWhatKindItIs) {
  const Error error = placed("list.toml:3", [] { throw BusyError("taken"); }, " (2 before it)");
  EXPECT_STREQ(error.what(), "list.toml:3: taken (2 before it)");
  EXPECT_EQ(error.exit_code(), 4);
  EXPECT_EQ(error.kind(), "busy");
}

TEST(AtPlace, LeavesAnErrorWithoutAPlaceAndAnInterruptionAsTheyAre) {
  EXPECT_STREQ(placed("", [] { throw InputError("broken"); }, " (more)").what(), "broken");
  EXPECT_THROW(at_place("list.toml:3", [] { throw Interrupted(2, "stopped"); }), Interrupted);
}

TEST(AtPlace, DoesWhatItIsGiven) {
  int done = 0;
  at_place("list.toml:3", [&] { ++done; });
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace big
