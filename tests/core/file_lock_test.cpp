#include "big/core/file_lock.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace big {
namespace {

TEST(FileLock, OnlyOneHoldsIt) {
  const TempDir dir;
  const auto path = dir.path() / "locks/a.lock";
  EXPECT_FALSE(FileLock::is_held(path));
  {
    const auto lock = FileLock::try_acquire(path);
    ASSERT_TRUE(lock);
    EXPECT_TRUE(FileLock::is_held(path));
    EXPECT_FALSE(FileLock::try_acquire(path));
  }
  EXPECT_FALSE(FileLock::is_held(path));
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(FileLock::try_acquire(path));
}

TEST(FileLock, MovesWithItsOwner) {
  const TempDir dir;
  const auto path = dir.path() / "a.lock";
  FileLock first = FileLock::acquire(path);
  FileLock second = std::move(first);
  EXPECT_TRUE(FileLock::is_held(path));
  { const FileLock last = std::move(second); }
  EXPECT_FALSE(FileLock::is_held(path));
}

TEST(FileLock, KillingTheHolderFreesIt) {
  const TempDir dir;
  const auto path = dir.path() / "a.lock";
  ChildProcess child([&] {
    const FileLock lock = FileLock::acquire(path);
    raise_flag(dir.path() / "held");
    pause();
    return 0;
  });
  ASSERT_TRUE(wait_for_flag(dir.path() / "held"));
  EXPECT_TRUE(FileLock::is_held(path));
  EXPECT_FALSE(FileLock::try_acquire(path));
  child.send(SIGKILL);
  EXPECT_EQ(child.wait(), -SIGKILL);
  EXPECT_TRUE(FileLock::try_acquire(path));
}

TEST(FileLock, AWaiterTellsOnceAndGetsIt) {
  const TempDir dir;
  const auto path = dir.path() / "a.lock";
  ChildProcess child([&] {
    const FileLock lock = FileLock::acquire(path);
    raise_flag(dir.path() / "held");
    return wait_for_flag(dir.path() / "waited") ? 0 : 1;
  });
  ASSERT_TRUE(wait_for_flag(dir.path() / "held"));
  int told = 0;
  const FileLock lock = FileLock::acquire(path, [&] {
    ++told;
    raise_flag(dir.path() / "waited");
  });
  EXPECT_EQ(told, 1);
  EXPECT_EQ(child.wait(), 0);
}

TEST(FileLock, ASignalEndsTheWaiting) {
  const TempDir dir;
  const FileLock held = FileLock::acquire(dir.path() / "a.lock");
  EXPECT_THROW(FileLock::acquire(dir.path() / "a.lock", [] { set_pending_signal(SIGINT); }), Interrupted);
  set_pending_signal(0);
}

TEST(FileLock, LookingAtALockDoesNotTakeItFromOthers) {
  const TempDir dir;
  const auto path = dir.path() / "a.lock";
  FileLock::acquire(path);
  ChildProcess looker([&] {
    raise_flag(dir.path() / "looking");
    for (;;) FileLock::is_held(path);
    return 0;
  });
  ASSERT_TRUE(wait_for_flag(dir.path() / "looking"));
  int refused = 0;
  for (int i = 0; i < 200; ++i) refused += FileLock::try_acquire(path) ? 0 : 1;
  EXPECT_LE(refused, 2);
}

TEST(FileLock, RemovedLocksStayExclusive) {
  const TempDir dir;
  const auto path = dir.path() / "a.lock";
  const auto counter = dir.path() / "counter";
  std::ofstream(counter) << 0;
  constexpr int kProcesses = 6;
  constexpr int kRounds = 50;
  std::vector<ChildProcess> children;
  for (int i = 0; i < kProcesses; ++i) {
    children.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        FileLock lock = FileLock::acquire(path);
        lock.remove_on_release();
        int count = 0;
        std::ifstream(counter) >> count;
        std::ofstream(counter) << count + 1;
      }
      return 0;
    });
  }
  for (ChildProcess& child : children) EXPECT_EQ(child.wait(), 0);
  int count = 0;
  std::ifstream(counter) >> count;
  EXPECT_EQ(count, kProcesses * kRounds);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FileLock, ALinkInItsPlaceIsNotFollowed) {
  const TempDir dir;
  std::filesystem::create_symlink(dir.path() / "victim", dir.path() / "a.lock");
  EXPECT_THROW(FileLock::try_acquire(dir.path() / "a.lock"), MachineError);
  EXPECT_FALSE(std::filesystem::exists(dir.path() / "victim"));
}

}  // namespace
}  // namespace big
