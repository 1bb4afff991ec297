#include "big/core/error.h"

#include <gtest/gtest.h>

namespace big {
namespace {

TEST(Error, EachTypeHasItsExitCodeAndKind) {
  const auto expect = [](const Error& error, int code, const char* kind) {
    EXPECT_EQ(error.exit_code(), code);
    EXPECT_EQ(error.kind(), kind);
    EXPECT_STREQ(error.what(), "m");
  };
  expect(UsageError("m"), 2, "usage");
  expect(InputError("m"), 3, "file");
  expect(BusyError("m"), 4, "busy");
  expect(MachineError("m"), 6, "machine");
  expect(Interrupted(15, "m"), 143, "interrupted");
}

}  // namespace
}  // namespace big
