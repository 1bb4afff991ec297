#include "big/core/link_loop.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

TEST(RefuseLinkLoop, NamesALinkToItselfAndLetsTheRestBe) {
  const TempDir dir;
  fs::create_symlink("self", dir.path() / "self");
  fs::create_symlink("there", dir.path() / "back");
  fs::create_symlink("back", dir.path() / "there");
  for (const char* name : {"self", "back", "self/below"}) {
    const auto message = error_of<InputError>([&] { refuse_link_loop(dir.path() / name); });
    EXPECT_NE(message.find("leads back to itself"), std::string::npos) << name << message;
  }
  fs::create_symlink(dir.path(), dir.path() / "up");
  EXPECT_NO_THROW(refuse_link_loop(dir.path() / "up"));
  EXPECT_NO_THROW(refuse_link_loop(dir.path() / "missing"));
}

}  // namespace
}  // namespace big
