#include "cleanup.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/file_lock.h"
#include "big/registry/version_note.h"
#include "claim.h"
#include "layout.h"
#include "models_folder.h"
#include "support/temp_dir.h"
#include "unregistered.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// A models folder of one user and a metamodel, made by hand.
class Cleanup : public testing::Test {
 protected:
  fs::path models() const { return dir_.path(); }
  fs::path user() const { return models() / "users" / "anna"; }
  fs::path meta() const { return models() / "metamodel"; }

  fs::path published(const fs::path& folder, bool marked) {
    make_model_folder(folder);
    if (marked) mark_unregistered(folder);
    return folder;
  }
  void register_private(const std::string& identifier, const std::string& model_path) {
    update_registry(models(), [&](Registry& registry) {
      registry.subjects.push_back(make_subject(TargetModel::kPrivate, identifier, model_path));
    });
  }
  void register_meta(const std::string& identifier, const std::string& version, const std::string& photos) {
    update_registry(models(), [&](Registry& registry) {
      Subject subject = make_subject(TargetModel::kMeta, identifier, "metamodel/versions/" + version);
      set_kept_photos(subject, photos);
      registry.subjects.push_back(subject);
      registry.metamodels["meta"] = {version, "starter", "abc"};
    });
  }

 private:
  TempDir dir_;
};

TEST_F(Cleanup, DeletesAModelThatWasNeverRegistered) {
  register_private("sks", "users/anna/sks");
  const auto kept = published(user() / "sks", false), left = published(user() / "brc", true);
  clean_models_dir(models());
  EXPECT_TRUE(fs::exists(kept));
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(Cleanup, ALostRegistryCostsNoModel) {
  const auto model = published(user() / "sks", false), version = published(meta() / "versions" / "3", false);
  const auto photos = published(meta() / "photos" / "brc", false);
  clean_models_dir(models());
  EXPECT_TRUE(fs::exists(model));
  EXPECT_TRUE(fs::exists(version));
  EXPECT_TRUE(fs::exists(photos));
}

TEST_F(Cleanup, ADamagedRegistryStopsBeforeAnythingIsDeleted) {
  const auto left = published(user() / "brc", true);
  write_text(models() / "registry.json", "{ damaged");
  EXPECT_THROW(clean_models_dir(models()), InputError);
  EXPECT_TRUE(fs::exists(left));
}

TEST_F(Cleanup, LeavesWhatALivingRunIsAboutToRegister) {
  const auto left = published(user() / "brc", true);
  {
    const auto lock = FileLock::acquire(writer_lock_file(models(), TargetModel::kPrivate, "anna", "brc"));
    clean_models_dir(models());
    EXPECT_TRUE(fs::exists(left));
  }
  clean_models_dir(models());
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(Cleanup, AModelTaughtAnewLosesItsOldFolderAndItsNote) {
  register_private("sks", "users/anna/sks-2");
  const auto old = published(user() / "sks", false), current = published(user() / "sks-2", true);
  clean_models_dir(models());
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(current));
  EXPECT_FALSE(is_marked_unregistered(current));
}

TEST_F(Cleanup, KeepsTheLastVersionsAndPowersOfTwo) {
  register_meta("sks", "11", "metamodel/photos/sks");
  for (int n = 1; n <= 11; ++n) published(meta() / "versions" / std::to_string(n), false);
  published(meta() / "versions" / "12", true);
  published(meta() / "photos" / "sks", false);
  published(meta() / "photos" / "brc", true);
  clean_models_dir(models());
  EXPECT_EQ(version_numbers(meta() / "versions"), (std::vector<int64_t>{1, 2, 4, 8, 9, 10, 11}));
  EXPECT_TRUE(fs::exists(meta() / "photos" / "sks"));
  EXPECT_FALSE(fs::exists(meta() / "photos" / "brc"));
}

TEST_F(Cleanup, ARollbackThatWasKilledBeforeItsWriteCostsNoVersion) {
  register_meta("sks", "4", "metamodel/photos/sks");
  for (const char* n : {"2", "3", "4"}) published(meta() / "versions" / n, *n != '2');
  published(meta() / "photos" / "sks", true);
  clean_models_dir(models());
  EXPECT_EQ(version_numbers(meta() / "versions"), (std::vector<int64_t>{2, 3, 4}));
  EXPECT_FALSE(is_marked_unregistered(meta() / "versions" / "3"));
  EXPECT_TRUE(fs::exists(meta() / "photos" / "sks"));
}

TEST_F(Cleanup, DeletesPhotosThatWereReplaced) {
  register_meta("sks", "1", "metamodel/photos/sks-2");
  published(meta() / "versions" / "1", false);
  published(meta() / "photos" / "sks", false);
  published(meta() / "photos" / "sks-2", false);
  clean_models_dir(models());
  EXPECT_FALSE(fs::exists(meta() / "photos" / "sks"));
  EXPECT_TRUE(fs::exists(meta() / "photos" / "sks-2"));
}

TEST_F(Cleanup, VersionsTellNothingOfWhatWasRemoved) {
  register_meta("sks", "2", "metamodel/photos/sks");
  const Subject gone = make_subject(TargetModel::kMeta, "brc", "metamodel/versions/1");
  const auto stays = read_registry(models()).subjects.front();
  update_registry(models(), [](Registry& registry) { registry.retired.push_back("meta/brc"); });
  for (const char* n : {"1", "2"}) {
    const auto version = published(meta() / "versions" / n, false);
    write_text(version / "report.html", "photos");
    write_version_note(version, {.version = *n - '0',
                                 .learned = *n == '1' ? "brc" : "sks",
                                 .subjects = *n == '1' ? std::vector{gone} : std::vector{gone, stays}});
  }
  clean_models_dir(models());
  EXPECT_FALSE(fs::exists(meta() / "versions/1/report.html"));
  EXPECT_TRUE(fs::exists(meta() / "versions/2/report.html"));
  EXPECT_EQ(read_version_note(meta() / "versions/1")->subjects.size(), 0u);
  ASSERT_EQ(read_version_note(meta() / "versions/2")->subjects.size(), 1u);
  EXPECT_EQ(read_version_note(meta() / "versions/2")->subjects[0].identifier, "sks");
}

TEST_F(Cleanup, ReachesThePrivateMetamodelToo) {
  const auto left = published(user() / "private_meta" / "versions" / "1", true);
  clean_models_dir(models());
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(Cleanup, DeletesPartialFoldersOfDeadProcesses) {
  // No process has this number: it is above the kernel's largest.
  const auto partial = published(user() / "sks.partial-4194305-0", false);
  const auto measured = models() / "cache" / "identifiers" / "abc.safetensors.partial-4194305-0";
  write_text(measured, "half");
  clean_models_dir(models());
  EXPECT_FALSE(fs::exists(partial));
  EXPECT_FALSE(fs::exists(measured));
}

}  // namespace
}  // namespace big
