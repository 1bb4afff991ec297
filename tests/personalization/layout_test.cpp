#include "layout.h"

#include <gtest/gtest.h>

#include "models_folder.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

TEST(Layout, AFreshFolderNeverStandsOnAnother) {
  const TempDir dir;
  EXPECT_EQ(fresh_folder(dir.path(), "sks").filename(), "sks");
  fs::create_directory(dir.path() / "sks");
  EXPECT_EQ(fresh_folder(dir.path(), "sks").filename(), "sks-2");
  fs::create_directory(dir.path() / "sks-2");
  EXPECT_EQ(fresh_folder(dir.path(), "sks").filename(), "sks-3");
}

TEST(Layout, AFolderNameTellsItsIdentifier) {
  EXPECT_EQ(identifier_of_folder("sks"), "sks");
  EXPECT_EQ(identifier_of_folder("sks-12"), "sks");
}

TEST(Layout, KeptPhotosAreRememberedInTheRow) {
  Subject subject;
  EXPECT_TRUE(kept_photos(subject).empty());
  set_kept_photos(subject, "metamodel/photos/sks-2");
  EXPECT_EQ(kept_photos(subject), fs::path("metamodel/photos/sks-2"));
  subject.extra["photos_path"] = 5;
  EXPECT_TRUE(kept_photos(subject).empty());
}

}  // namespace
}  // namespace big
