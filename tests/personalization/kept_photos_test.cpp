#include "kept_photos.h"

#include <gtest/gtest.h>

#include "models_folder.h"
#include "support/temp_dir.h"

namespace big {
namespace {

TEST(KeptPhotos, RememberTheSizeThatTheyHadBefore) {
  const TempDir dir;
  write_kept_photos(dir.path(), {SourcePicture(drawn_picture(64, 96), 640, 960), drawn_picture(70, 64)});
  const auto first = read_kept_photo(dir.path() / "0000.png"),
             second = read_kept_photo(dir.path() / "0001.png");
  EXPECT_EQ(first.image, drawn_picture(64, 96));
  EXPECT_EQ(first.original_width, 640);
  EXPECT_EQ(first.original_height, 960);
  EXPECT_EQ(second.original_width, 70);
  EXPECT_EQ(second.original_height, 64);
}

TEST(KeptPhotos, WithoutAReadableSizeHaveTheirOwn) {
  const TempDir dir;
  const auto file = dir.path() / "0000.png";
  for (const char* text : {"", "{", "[]", "{\"original_width\": -3, \"original_height\": \"x\"}", "{}",
                           "{\"original_width\": 99999999999}"}) {
    write_png(file, drawn_picture(64, 80), text[0] ? PngText{{kOwnTextKeyword, text}} : PngText{});
    EXPECT_EQ(read_kept_photo(file).original_width, 64) << text;
    EXPECT_EQ(read_kept_photo(file).original_height, 80) << text;
  }
}

}  // namespace
}  // namespace big
