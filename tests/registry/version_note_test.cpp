#include "big/registry/version_note.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "subject_maker.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

VersionNote note_of(int64_t number, std::vector<Subject> subjects) {
  return {.version = number,
          .parent = number - 1,
          .learned = subjects.empty() ? "" : subjects.back().identifier,
          .date = "2026-11-27T20:00:00Z",
          .subjects = std::move(subjects)};
}

TEST(VersionNote, IsReadAsItWasWritten) {
  const TempDir dir;
  auto subject = make_subject("sks", "ann", TargetModel::kMeta);
  subject.extra["photos_path"] = "metamodel/photos/sks";
  auto written = note_of(3, {subject});
  written.measured = {{"passed", true}};
  written.replayed = {{"sks", 4, 9, 3}};
  write_version_note(dir.path(), written);
  const auto note = read_version_note(dir.path());
  ASSERT_TRUE(note);
  EXPECT_EQ(note->version, 3);
  EXPECT_EQ(note->parent, 2);
  EXPECT_EQ(note->learned, "sks");
  EXPECT_EQ(note->measured, written.measured);
  ASSERT_EQ(note->replayed.size(), 1u);
  EXPECT_EQ(note->replayed[0].total, 9);
  ASSERT_EQ(note->subjects.size(), 1u);
  EXPECT_EQ(note->subjects[0].seed, subject.seed);
  EXPECT_EQ(note->subjects[0].extra, subject.extra);
}

TEST(VersionNote, OfAnEarlyVersionIsNone) {
  const TempDir dir;
  EXPECT_FALSE(read_version_note(dir.path()));
}

TEST(VersionNote, DamageIsNamedWithItsPlace) {
  const TempDir dir;
  std::ofstream(dir.path() / "big_version.json") << R"({"version": 1, "subjects": [{"identifier": "../x"}]})";
  const auto error = error_of<InputError>([&] { read_version_note(dir.path()); });
  EXPECT_NE(error.find("big_version.json: subjects[0]"), std::string::npos) << error;
  std::ofstream(dir.path() / "big_version.json") << R"({"version": 1, "subjects": 3})";
  EXPECT_NE(error_of<InputError>([&] { read_version_note(dir.path()); }).find("'subjects'"), std::string::npos);
}

TEST(MetamodelVersions, EndWithTheCurrentOne) {
  const TempDir dir;
  const fs::path folder = dir.path() / "metamodel" / "versions";
  for (const char* n : {"1", "2", "10", "11", "notes"}) fs::create_directories(folder / n);
  write_version_note(folder / "10", note_of(10, {make_subject("sks", "ann", TargetModel::kMeta)}));
  Registry registry;
  EXPECT_TRUE(metamodel_versions(registry, dir.path(), TargetModel::kMeta, "ann").empty());
  registry.metamodels["meta"].version = "10";
  const auto versions = metamodel_versions(registry, dir.path(), TargetModel::kMeta, "ann");
  ASSERT_EQ(versions.size(), 3u) << "11 was never registered";
  EXPECT_EQ(versions[2].number, 10);
  EXPECT_TRUE(versions[2].current);
  EXPECT_TRUE(versions[2].note);
  EXPECT_FALSE(versions[1].current);
  EXPECT_FALSE(versions[1].note);
  EXPECT_THROW(metamodel_versions(registry, dir.path(), TargetModel::kPrivate, "ann"), UsageError);
}

TEST(VersionNumbers, AreSortedAndNothingElseCounts) {
  const TempDir dir;
  for (const char* name : {"10", "9", "2", "11.partial-3-0", "notes", "x1"})
    fs::create_directory(dir.path() / name);
  EXPECT_EQ(version_numbers(dir.path()), (std::vector<int64_t>{2, 9, 10}));
  EXPECT_TRUE(version_numbers(dir.path() / "missing").empty());
}

TEST(KeepsVersion, TheLastThreeAndPowersOfTwo) {
  std::vector<int64_t> kept;
  for (int64_t n = 1; n <= 37; ++n) {
    if (keeps_version(n, 37)) kept.push_back(n);
  }
  EXPECT_EQ(kept, (std::vector<int64_t>{1, 2, 4, 8, 16, 32, 35, 36, 37}));
}

}  // namespace
}  // namespace big
