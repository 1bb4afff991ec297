#include "big/personalization/models_dir.h"

#include <gtest/gtest.h>

#include "base_hash.h"
#include "big/core/error.h"
#include "big/core/sha256.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

void make_weights(const fs::path& folder, const std::string& bytes) {
  make_model_folder(folder);
  write_text(folder / "unet" / "diffusion_pytorch_model.safetensors", bytes);
}

TEST(FindBase, FindsAProjectModelByName) {
  const TempDir models;
  const BaseModel base = find_base("starter", models.path(), project_models());
  EXPECT_EQ(base.name, "starter");
  EXPECT_TRUE(fs::equivalent(base.folder, starter()));
  EXPECT_EQ(base.hash, sha256_of_files({starter() / "unet" / "diffusion_pytorch_model.safetensors"}));
}

TEST(FindBase, PrefersTheModelsFolderToTheProject) {
  const TempDir models;
  make_weights(models.path() / "starter", "mine");
  EXPECT_TRUE(fs::equivalent(find_base("starter", models.path(), project_models()).folder,
                             models.path() / "starter"));
}

TEST(FindBase, TakesAPathWithOrWithoutASlashAtTheEnd) {
  const TempDir models;
  EXPECT_EQ(find_base(starter().string(), models.path(), models.path()).name, "starter");
  EXPECT_EQ(find_base(starter().string() + "/", models.path(), models.path()).name, "starter");
}

TEST(FindBase, ListsWhatThereIsWhereNothingIsFound) {
  const TempDir models;
  make_weights(models.path() / "mine", "x");
  const auto error = error_of<InputError>([&] { find_base("startr", models.path(), project_models()); });
  EXPECT_NE(error.find("mine, starter"), std::string::npos) << error;
  const auto path_error =
      error_of<InputError>([&] { find_base(models.path().string(), models.path(), models.path()); });
  EXPECT_NE(path_error.find("no model_index.json"), std::string::npos) << path_error;
}

TEST(UnetHash, IsReadFromTheCacheUntilTheFileChanges) {
  const TempDir models;
  const fs::path folder = models.path() / "mine",
                 weights = folder / "unet" / "diffusion_pytorch_model.safetensors";
  make_weights(folder, "first");
  const auto time = fs::last_write_time(weights);
  EXPECT_EQ(unet_hash(folder, models.path()), sha256_hex("first"));
  EXPECT_TRUE(fs::exists(models.path() / "cache" / "hashes.json"));

  write_text(weights, "other");
  fs::last_write_time(weights, time);
  EXPECT_EQ(unet_hash(folder, models.path()), sha256_hex("first"))
      << "same path, size and time: not read again";
  fs::last_write_time(weights, time + std::chrono::seconds(2));
  EXPECT_EQ(unet_hash(folder, models.path()), sha256_hex("other"));
}

TEST(UnetHash, SurvivesADamagedCache) {
  const TempDir models;
  make_weights(models.path() / "mine", "x");
  for (const char* damaged : {"{", "[]", "{\"a\": 1}", "null"}) {
    write_text(models.path() / "cache" / "hashes.json", damaged);
    EXPECT_EQ(unet_hash(models.path() / "mine", models.path()), sha256_hex("x")) << damaged;
  }
}

TEST(CurrentModel, IsThePrivateFolderThatTheRegistryNames) {
  const TempDir models;
  Registry registry;
  registry.subjects.push_back(make_subject(TargetModel::kPrivate, "sks", "users/anna/sks-2"));
  EXPECT_THROW(current_model(registry, models.path(), TargetModel::kPrivate, "anna", "sks"), InputError);
  make_model_folder(models.path() / "users" / "anna" / "sks-2");
  EXPECT_EQ(current_model(registry, models.path(), TargetModel::kPrivate, "anna", "sks"),
            models.path() / "users" / "anna" / "sks-2");
  EXPECT_THROW(current_model(registry, models.path(), TargetModel::kPrivate, "bert", "sks"), UsageError);
}

TEST(CurrentModel, IsTheVersionThatCountsOfAMetamodel) {
  const TempDir models;
  Registry registry;
  EXPECT_THROW(current_model(registry, models.path(), TargetModel::kMeta, "anna", ""), UsageError);
  registry.metamodels["meta"] = {"3", "starter", "abc"};
  registry.metamodels["private_meta/anna"] = {"7", "starter", "abc"};
  make_model_folder(models.path() / "metamodel" / "versions" / "3");
  make_model_folder(models.path() / "users" / "anna" / "private_meta" / "versions" / "7");
  EXPECT_EQ(current_model(registry, models.path(), TargetModel::kMeta, "anna", "").filename(), "3");
  EXPECT_EQ(current_model(registry, models.path(), TargetModel::kPrivateMeta, "anna", "").filename(), "7");
  EXPECT_THROW(current_model(registry, models.path(), TargetModel::kPrivateMeta, "bert", ""), UsageError);
}

}  // namespace
}  // namespace big
