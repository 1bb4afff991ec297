#include "big/core/atomic_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <iterator>

#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/read_file.h"
#include "support/child_process.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) { return read_file(path, 1 << 20); }

size_t entries_in(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

pid_t dead_process() {
  ChildProcess child([] { return 0; });
  const pid_t pid = child.pid();
  child.wait();
  return pid;
}

TEST(WriteFile, CreatesFoldersAndReplaces) {
  const TempDir dir;
  const fs::path path = dir.path() / "a/b/c.txt";
  write_file_atomically(path, "old");
  write_file_atomically(path, std::string("new\0犬", 7));
  EXPECT_EQ(text_of(path), std::string("new\0犬", 7));
  EXPECT_EQ(entries_in(path.parent_path()), 1u);
}

TEST(WriteFile, KeepsThePermissionsOfWhatItReplaces) {
  const TempDir dir;
  const fs::path path = dir.path() / "shared.json";
  write_file_atomically(path, "old");
  fs::permissions(path, static_cast<fs::perms>(0664));
  write_file_atomically(path, "new");
  EXPECT_EQ(fs::status(path).permissions(), static_cast<fs::perms>(0664));
}

TEST(WriteFile, AFullDiskLeavesTheOldFileAndNothingElse) {
  const TempDir dir;
  const fs::path path = dir.path() / "x";
  write_file_atomically(path, "old");
  ChildProcess child([&] {
    const rlimit limit{1000, 1000};  // the kernel refuses to let a file grow beyond, as a full disk does
    setrlimit(RLIMIT_FSIZE, &limit);
    std::signal(SIGXFSZ, SIG_IGN);
    const std::string message =
        error_of<MachineError>([&] { write_file_atomically(path, std::string(100000, 'n')); });
    return message.find("x: cannot write: File too large") == std::string::npos ? 1 : 0;
  });
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(text_of(path), "old");
  EXPECT_EQ(entries_in(dir.path()), 1u);
}

TEST(WriteFile, AFileWhereAFolderShouldBeIsToldAsSuch) {
  const TempDir dir;
  write_file_atomically(dir.path() / "x", "a file");
  EXPECT_THROW(write_file_atomically(dir.path() / "x/y", "z"), MachineError);
  fs::create_directories(dir.path() / "folder/full");
  EXPECT_THROW(write_file_atomically(dir.path() / "folder", "z"), MachineError);
  EXPECT_EQ(entries_in(dir.path()), 2u);
}

TEST(WriteFile, KilledBeforeTheRenameTheOldFileStandsAndTheNextRunCleans) {
  const TempDir dir;
  const fs::path path = dir.path() / "x";
  write_file_atomically(path, "old");
  ChildProcess child([&] {
    arm_fail_point("write_file.before_rename");
    write_file_atomically(path, "new");
    return 0;
  });
  EXPECT_EQ(child.wait(), -SIGKILL);
  EXPECT_EQ(text_of(path), "old");
  EXPECT_EQ(entries_in(dir.path()), 2u);
  clean_leftovers(dir.path());
  EXPECT_EQ(entries_in(dir.path()), 1u);
}

TEST(StagedFolder, AppearsWholeOnCommit) {
  const TempDir dir;
  const fs::path target = dir.path() / "users/ann/sks";
  StagedFolder staged(target);
  fs::create_directory(staged.path() / "unet");
  std::ofstream(staged.path() / "unet/weights") << "w";
  fs::create_symlink("nowhere", staged.path() / "link");
  EXPECT_FALSE(fs::exists(target));
  staged.commit();
  EXPECT_EQ(text_of(target / "unet/weights"), "w");
  EXPECT_EQ(entries_in(target.parent_path()), 1u);
}

TEST(StagedFolder, ReplacesTheWholeFolder) {
  const TempDir dir;
  const fs::path target = dir.path() / "m";
  fs::create_directory(target);
  std::ofstream(target / "old") << "o";
  {
    StagedFolder staged(target / "");
    std::ofstream(staged.path() / "new") << "n";
    staged.commit();
  }
  EXPECT_EQ(text_of(target / "new"), "n");
  EXPECT_FALSE(fs::exists(target / "old"));
  EXPECT_EQ(entries_in(dir.path()), 1u);
}

TEST(StagedFolder, WithoutCommitNothingIsLeft) {
  const TempDir dir;
  {
    StagedFolder staged(dir.path() / "m");
    std::ofstream(staged.path() / "f") << "x";
  }
  EXPECT_EQ(entries_in(dir.path()), 0u);
}

TEST(StagedFolder, KilledBeforeOrAfterTheRenameOneWholeFolderStands) {
  for (const bool after : {false, true}) {
    const TempDir dir;
    const fs::path target = dir.path() / "m";
    fs::create_directory(target);
    std::ofstream(target / "f") << "old";
    ChildProcess child([&] {
      arm_fail_point(after ? "staged_folder.after_rename" : "staged_folder.before_rename");
      StagedFolder staged(target);
      std::ofstream(staged.path() / "f") << "new";
      staged.commit();
      return 0;
    });
    EXPECT_EQ(child.wait(), -SIGKILL);
    EXPECT_EQ(text_of(target / "f"), after ? "new" : "old");
    clean_leftovers(dir.path());
    EXPECT_EQ(text_of(target / "f"), after ? "new" : "old");
    EXPECT_EQ(entries_in(dir.path()), 1u);
  }
}

TEST(CleanLeftovers, SparesTheLivingAndAllOtherNames) {
  const TempDir dir;
  StagedFolder ours(dir.path() / "ours");
  fs::create_directories(dir.path() / ("dead.partial-" + std::to_string(dead_process()) + "-0") / "deep");
  std::ofstream(dir.path() / "photo.partial-jpeg") << "x";
  clean_leftovers(dir.path());
  EXPECT_TRUE(fs::exists(ours.path()));
  EXPECT_TRUE(fs::exists(dir.path() / "photo.partial-jpeg"));
  EXPECT_EQ(entries_in(dir.path()), 2u);
}

TEST(CleanLeftovers, PutsBackAFolderThatWasMovedAwayWithoutSuccessor) {
  const TempDir dir;
  const std::string tag = ".replaced-" + std::to_string(dead_process()) + "-0";
  fs::create_directory(dir.path() / ("lost" + tag));
  fs::create_directory(dir.path() / ("renewed" + tag));
  fs::create_directory(dir.path() / "renewed");
  clean_leftovers(dir.path());
  EXPECT_TRUE(fs::exists(dir.path() / "lost"));
  EXPECT_TRUE(fs::exists(dir.path() / "renewed"));
  EXPECT_EQ(entries_in(dir.path()), 2u);
}

TEST(CleanLeftovers, AFolderThatIsNotThereIsClean) { EXPECT_NO_THROW(clean_leftovers("/no/such/folder")); }

TEST(FreeDisk, IsAskedOfTheNearestFolderThatExists) {
  const TempDir dir;
  EXPECT_GT(free_disk_bytes(dir.path() / "not/yet/there"), 0u);
  EXPECT_EQ(fs::exists(dir.path() / "not"), false);
}

}  // namespace
}  // namespace big
