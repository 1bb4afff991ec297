#include "big/core/sha256.h"

#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "support/temp_dir.h"

namespace big {
namespace {

TEST(Sha256, EqualsThePublishedExamples) {  // FIPS 180-2, appendix B
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, FilesAreReadOneAfterTheOther) {
  const TempDir dir;
  std::ofstream(dir.path() / "a") << std::string(1'500'000, 'a');
  std::ofstream(dir.path() / "b") << "bc";
  EXPECT_EQ(sha256_of_files({dir.path() / "a", dir.path() / "b"}),
            sha256_hex(std::string(1'500'000, 'a') + "bc"));
  EXPECT_NE(sha256_of_files({dir.path() / "b", dir.path() / "a"}),
            sha256_of_files({dir.path() / "a", dir.path() / "b"}));
}

TEST(Sha256, AFileThatCannotBeReadIsNamed) {
  const TempDir dir;
  EXPECT_THROW(sha256_of_files({dir.path() / "none"}), InputError);
  EXPECT_THROW(sha256_of_files({dir.path()}), InputError);
}

TEST(Sha256, ASignalEndsALongFile) {
  const TempDir dir;
  std::ofstream(dir.path() / "a") << "a";
  set_pending_signal(SIGINT);
  EXPECT_THROW(sha256_of_files({dir.path() / "a"}), Interrupted);
  set_pending_signal(0);
}

}  // namespace
}  // namespace big
