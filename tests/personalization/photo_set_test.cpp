#include "photo_set.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

TEST(ReadPhotos, BringsTheShortSideToTheResolution) {
  const TempDir dir;
  write_png(dir.path() / "wide.png", drawn_picture(200, 100));
  const PhotoSet set = read_photos(dir.path(), 64);
  ASSERT_EQ(set.images.size(), 1u);
  EXPECT_EQ(set.images[0].image.height, 64);
  EXPECT_EQ(set.images[0].image.width, 128);
  EXPECT_EQ(set.images[0].original_height, 100);
  EXPECT_EQ(set.images[0].original_width, 200);
}

TEST(ReadPhotos, SaysWhatIsTooSmallAndWhatIsNoPhoto) {
  const TempDir dir;
  write_png(dir.path() / "good.png", drawn_picture(64, 64));
  write_png(dir.path() / "tiny.png", drawn_picture(31, 90));
  write_png(dir.path() / "smallish.png", drawn_picture(40, 50));
  write_text(dir.path() / "notes.txt", "a text");
  const PhotoSet set = read_photos(dir.path(), 64);
  EXPECT_EQ(set.photos.size(), 2u);
  ASSERT_EQ(set.skipped.size(), 2u);
  for (const auto& skipped : set.skipped) EXPECT_FALSE(skipped.reason.empty()) << skipped.path;
  ASSERT_EQ(set.warnings.size(), 1u);
  EXPECT_NE(set.warnings[0].find("only 2 photos"), std::string::npos) << set.warnings[0];
}

TEST(ReadPhotos, FiveNeedNoWarning) {
  const TempDir dir;
  EXPECT_TRUE(read_photos(make_photos(dir.path(), 5), 64).warnings.empty());
}

TEST(ReadPhotos, NoUsablePhotoIsAnErrorWithTheReasons) {
  const TempDir dir;
  write_text(dir.path() / "notes.txt", "a text");
  const auto error = error_of<InputError>([&] { read_photos(dir.path(), 64); });
  EXPECT_NE(error.find("notes.txt"), std::string::npos) << error;
  EXPECT_THROW(read_photos(dir.path() / "missing", 64), InputError);
}

}  // namespace
}  // namespace big
