#include "cli/models_location.h"

#include <gtest/gtest.h>

#include "cli/run_tool.h"
#include "support/temp_dir.h"

namespace big {
namespace {

TEST(ModelsLocation, AFolderHoldsModelsByRegistryOrBase) {
  TempDir dir;
  EXPECT_FALSE(holds_models(dir.path()));
  EXPECT_FALSE(holds_models(dir.path() / "none"));
  write_file(dir.path() / "sd/model_index.json", "{}");
  EXPECT_TRUE(holds_models(dir.path()));
  TempDir other;
  write_file(other.path() / "registry.json", "{}");
  EXPECT_TRUE(holds_models(other.path()));
}

TEST(ModelsLocation, ProjectModelsLieBesideTheExecutable) {
  TempDir dir;
  write_file(dir.path() / "models/starter/model_index.json", "{}");
  EXPECT_EQ(find_project_models(dir.path() / "build/bin/generate"), dir.path() / "models");
  TempDir installed;
  write_file(installed.path() / "share/big/models/starter/model_index.json", "{}");
  EXPECT_EQ(find_project_models(installed.path() / "bin/generate"), installed.path() / "share/big/models");
  TempDir elsewhere;
  EXPECT_EQ(find_project_models(elsewhere.path() / "a/b/generate"), source_dir() / "models");
}

}  // namespace
}  // namespace big
