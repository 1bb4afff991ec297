#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/registry/registry.h"
#include "registry/subject_maker.h"
#include "support/child_process.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

constexpr TargetModel kPrivate = TargetModel::kPrivate;
constexpr TargetModel kMeta = TargetModel::kMeta;

size_t lock_files(const TempDir& dir) {
  namespace fs = std::filesystem;
  return static_cast<size_t>(
      std::distance(fs::directory_iterator(dir.path() / "locks"), fs::directory_iterator()));
}

TEST(ReserveIdentifier, GivesTheFirstFreeOneAndFreesItAtTheEnd) {
  const TempDir dir;
  {
    const auto first = reserve_identifier(dir.path(), kPrivate, "ann", {"sks", "qrt"});
    const auto second = reserve_identifier(dir.path(), kPrivate, "ann", {"sks", "qrt"});
    EXPECT_EQ(first.identifier(), "sks");
    EXPECT_EQ(second.identifier(), "qrt");
    EXPECT_THROW(reserve_identifier(dir.path(), kPrivate, "ann", {"sks", "qrt"}), UsageError);
  }
  EXPECT_EQ(lock_files(dir), 0u);
  EXPECT_EQ(reserve_identifier(dir.path(), kPrivate, "ann", {"sks", "qrt"}).identifier(), "sks");
}

TEST(ReserveIdentifier, ScopesDoNotDisturbEachOther) {
  const TempDir dir;
  const auto a = reserve_identifier(dir.path(), kPrivate, "ann", {"sks"});
  EXPECT_EQ(reserve_identifier(dir.path(), kPrivate, "bob", {"sks"}).identifier(), "sks");
  const auto meta = reserve_identifier(dir.path(), kMeta, "ann", {"sks"});
  EXPECT_THROW(reserve_identifier(dir.path(), kMeta, "bob", {"sks"}), UsageError);
  // The private subjects of a user "meta_x" are no private_meta subjects of a user "x".
  const auto odd = reserve_identifier(dir.path(), kPrivate, "meta_x", {"sks"});
  EXPECT_EQ(reserve_identifier(dir.path(), TargetModel::kPrivateMeta, "x", {"sks"}).identifier(), "sks");
}

TEST(ReserveIdentifier, TakenOnesArePassedOverAndExplained) {
  const TempDir dir;
  update_registry(dir.path(), [](Registry& r) {
    r.subjects.push_back(make_subject("sks", "ann", kMeta));
    r.retired.push_back("meta/old");
  });
  const auto held = reserve_identifier(dir.path(), kMeta, "bob", {"sks", "old", "qrt"});
  EXPECT_EQ(held.identifier(), "qrt");
  const auto refusal = [&](std::vector<std::string> candidates) {
    return error_of<UsageError>([&] { reserve_identifier(dir.path(), kMeta, "bob", candidates); });
  };
  EXPECT_EQ(refusal({"sks"}),
            "identifier 'sks' names a dog of user 'ann' already (meta); choose another one");
  EXPECT_NE(refusal({"old"}).find("was removed, and is never given again"), std::string::npos);
  EXPECT_NE(refusal({"qrt"}).find("is being taught by another run"), std::string::npos);
  EXPECT_NE(refusal({"sks", "old", "qrt"}).find("none of the 3 identifiers"), std::string::npos);
  EXPECT_NE(refusal({}).find("none of the 0 identifiers"), std::string::npos);
  EXPECT_THROW(reserve_identifier(dir.path(), kMeta, "bob", {"../x"}), UsageError);
}

TEST(ReserveIdentifier, EightProcessesAtOnceGetEightDifferentOnes) {
  const TempDir dir;
  std::vector<std::string> candidates;
  for (int i = 0; i < 8; ++i) candidates.push_back("id" + std::to_string(i));
  std::vector<ChildProcess> children;
  for (int process = 0; process < 8; ++process) {
    children.emplace_back([&, process] {
      const auto held = reserve_identifier(dir.path(), kMeta, "user" + std::to_string(process), candidates);
      std::ofstream(dir.path() / ("got" + std::to_string(process))) << held.identifier();
      raise_flag(dir.path() / ("ready" + std::to_string(process)));
      return wait_for_flag(dir.path() / "all") ? 0 : 1;
    });
  }
  std::set<std::string> distinct;
  for (int process = 0; process < 8; ++process) {
    ASSERT_TRUE(wait_for_flag(dir.path() / ("ready" + std::to_string(process))));
    distinct.insert(read_file(dir.path() / ("got" + std::to_string(process)), 100));
  }
  EXPECT_EQ(distinct.size(), 8u);
  raise_flag(dir.path() / "all");
  for (ChildProcess& child : children) EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(lock_files(dir), 0u);
}

TEST(ReserveIdentifier, RacersThatRegisterNeverShareOne) {
  const TempDir dir;
  std::vector<std::string> candidates;
  for (int i = 0; i < 80; ++i) candidates.push_back("id" + std::to_string(i));
  std::vector<ChildProcess> children;
  for (int process = 0; process < 8; ++process) {
    children.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto held = reserve_identifier(dir.path(), kMeta, "ann", candidates);
        // A shared identifier would be listed twice, which the registry refuses.
        update_registry(dir.path(), [&](Registry& r) {
          r.subjects.push_back(make_subject(held.identifier(), "ann", kMeta));
        });
      }
      return 0;
    });
  }
  for (ChildProcess& child : children) EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(read_registry(dir.path()).categories(kMeta, "ann").size(), 80u);
}

TEST(ReserveIdentifier, AKilledRunFreesItsIdentifier) {
  const TempDir dir;
  ChildProcess child([&] {
    const auto held = reserve_identifier(dir.path(), kPrivate, "ann", {"sks"});
    raise_flag(dir.path() / "held");
    pause();
    return 0;
  });
  ASSERT_TRUE(wait_for_flag(dir.path() / "held"));
  EXPECT_THROW(reserve_identifier(dir.path(), kPrivate, "ann", {"sks"}), UsageError);
  child.send(SIGKILL);
  child.wait();
  EXPECT_EQ(reserve_identifier(dir.path(), kPrivate, "ann", {"sks"}).identifier(), "sks");
  EXPECT_EQ(lock_files(dir), 0u);
}

}  // namespace
}  // namespace big
