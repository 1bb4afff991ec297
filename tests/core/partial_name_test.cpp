#include "partial_name.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "support/temp_dir.h"

namespace big {
namespace {

TEST(TemporaryName, IsReadBack) {
  const TempDir dir;
  for (const TemporaryKind kind : {TemporaryKind::kPartial, TemporaryKind::kReplaced}) {
    const auto parts =
        parse_temporary_name(temporary_path(dir.path() / "my.partial-dog", kind).filename().string());
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->target, "my.partial-dog");
    EXPECT_EQ(parts->kind, kind);
    EXPECT_EQ(parts->process, getpid());
  }
}

TEST(TemporaryName, PassesOverWhatADeadProcessOfOurNumberLeft) {
  const TempDir dir;
  const std::string first = temporary_path(dir.path() / "x", TemporaryKind::kPartial).string();
  const size_t dash = first.rfind('-') + 1;
  const std::filesystem::path next =
      first.substr(0, dash) + std::to_string(std::stoi(first.substr(dash)) + 1);
  std::ofstream(next) << "theirs";
  EXPECT_NE(temporary_path(dir.path() / "x", TemporaryKind::kPartial), next);
}

TEST(TemporaryName, OtherNamesAreLeftAlone) {
  for (const char* name : {"dog", "dog.partial", "dog.partial-", "dog.partial-12", "dog.partial-12-",
                           "dog.partial-x-1", "dog.partial-12-3.png", ".partial-12-3", "dog.partial--12-3",
                           "dog.partial-0-1", "dog.partial-99999999999999999999-1"}) {
    EXPECT_FALSE(parse_temporary_name(name)) << name;
  }
}

}  // namespace
}  // namespace big
