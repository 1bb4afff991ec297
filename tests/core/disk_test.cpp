#include "disk.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "big/core/error.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

TEST(PutInPlace, AcrossFileSystemsItRefusesAndBothStay) {
  const TempDir dir;
  std::string other = "/dev/shm/big-test-XXXXXX";
  struct stat here {};
  struct stat there {};
  if (mkdtemp(other.data()) == nullptr) GTEST_SKIP() << "no second file system at hand";
  stat(dir.path().c_str(), &here);
  stat(other.c_str(), &there);
  fs::create_directory(dir.path() / "staged");
  fs::create_directory(fs::path(other) / "target");
  const std::string message =
      error_of<MachineError>([&] { put_in_place(dir.path() / "staged", fs::path(other) / "target"); });
  const bool both = fs::exists(dir.path() / "staged") && fs::exists(fs::path(other) / "target");
  fs::remove_all(other);
  if (here.st_dev == there.st_dev) GTEST_SKIP() << "one file system holds both folders";
  EXPECT_NE(message.find("target: cannot replace: Invalid cross-device link"), std::string::npos) << message;
  EXPECT_TRUE(both);
}

TEST(PutInPlace, TellsWhereTheReplacedFolderIs) {
  const TempDir dir;
  for (const char* name : {"staged/new", "target/old"}) fs::create_directories(dir.path() / name);
  EXPECT_EQ(put_in_place(dir.path() / "staged", dir.path() / "target"), dir.path() / "staged");
  EXPECT_TRUE(fs::exists(dir.path() / "target/new"));
  EXPECT_TRUE(fs::exists(dir.path() / "staged/old"));
  EXPECT_EQ(put_in_place(dir.path() / "target", dir.path() / "fresh"), "");
}

TEST(PutInPlace, AMissingFolderIsAMachineError) {
  const TempDir dir;
  EXPECT_THROW(put_in_place(dir.path() / "none", dir.path() / "target"), MachineError);
}

}  // namespace
}  // namespace big
