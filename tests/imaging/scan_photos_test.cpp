#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "natural_order.h"
#include "pictures.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names(const auto& entries) {
  std::vector<std::string> out;
  for (const auto& entry : entries) out.push_back(entry.path.filename().string());
  return out;
}

TEST(ScanPhotos, FindsPhotosInTheOrderPeopleCount) {
  TempDir dir;
  for (const char* name : {"IMG_10.png", "img_2.png", "IMG_1.png", "été.png", "IMG_02b.png"}) {
    write_png(dir.path() / name, Image(8, 6));
  }
  const PhotoScan scan = scan_photos(dir.path(), 6);
  EXPECT_EQ(names(scan.photos),
            (std::vector<std::string>{"IMG_1.png", "img_2.png", "IMG_02b.png", "IMG_10.png", "été.png"}));
  EXPECT_TRUE(scan.skipped.empty());
}

TEST(ScanPhotos, SizesAreUpright) {
  TempDir dir;
  fs::copy(picture_path("orientation_6.jpg"), dir.path() / "a.jpg");
  const PhotoScan scan = scan_photos(dir.path(), 1);
  ASSERT_EQ(scan.photos.size(), 1U);
  EXPECT_EQ(scan.photos[0].width, 16);
  EXPECT_EQ(scan.photos[0].height, 24);
}

TEST(ScanPhotos, EverySkippedFileHasItsReason) {
  TempDir dir;
  write_bytes(dir.path() / ".DS_Store", "x");
  write_bytes(dir.path() / "a.txt", "notes");
  write_bytes(dir.path() / "b.jpg", read_bytes(picture_path("progressive.jpg")).substr(0, 400));
  fs::create_directory(dir.path() / "c");
  fs::copy(picture_path("animated.webp"), dir.path() / "d.webp");
  fs::copy(picture_path("rgb.png"), dir.path() / "e.png");
  const PhotoScan scan = scan_photos(dir.path(), 17);
  EXPECT_TRUE(scan.photos.empty());
  const char* reasons[] = {"is hidden",   "is no picture", "cut short",
                           "is a folder", "is animated",   "24 x 16"};
  ASSERT_EQ(names(scan.skipped),
            (std::vector<std::string>{".DS_Store", "a.txt", "b.jpg", "c", "d.webp", "e.png"}));
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_NE(scan.skipped[i].reason.find(reasons[i]), std::string::npos) << scan.skipped[i].reason;
    EXPECT_EQ(scan.skipped[i].reason.find(dir.path().string()), std::string::npos) << "the path is said once";
  }
}

TEST(ScanPhotos, AMissingFolderOrAFileIsAnInputError) {
  TempDir dir;
  EXPECT_THROW(scan_photos(dir.path() / "nowhere", 1), InputError);
  EXPECT_THROW(scan_photos(picture_path("rgb.png"), 1), InputError);
}

TEST(NaturalOrder, IsAStrictOrder) {
  const char* sorted[] = {"", "1", "01", "2", "10", "A", "a", "a0", "a00", "a1", "b"};
  for (size_t i = 0; i < std::size(sorted); ++i) {
    EXPECT_FALSE(natural_less(sorted[i], sorted[i]));
    for (size_t j = i + 1; j < std::size(sorted); ++j) {
      EXPECT_NE(natural_less(sorted[i], sorted[j]), natural_less(sorted[j], sorted[i]))
          << sorted[i] << sorted[j];
    }
  }
  EXPECT_TRUE(natural_less("x9", "x10"));
  EXPECT_TRUE(natural_less("x99999999999999999999999998", "x99999999999999999999999999"));
}

}  // namespace
}  // namespace big
