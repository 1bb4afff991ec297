#include "big/imaging/read_image.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "pictures.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

std::string error_of(const fs::path& path) {
  try {
    read_image(path);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A picture and how far from Pillow's reading of it we may be: decoders of lossy formats round differently.
struct Case {
  const char* name;
  int tolerance;
};

class EveryKind : public testing::TestWithParam<Case> {};

TEST_P(EveryKind, ReadsAsPillowDoes) {
  const auto& [name, tolerance] = GetParam();
  const Image found = read_image(picture_path(name));
  const Image expected = read_image(picture_path(std::string(name) + ".expected.png"));
  EXPECT_LE(max_difference(found, expected), tolerance);
}

INSTANTIATE_TEST_SUITE_P(ReadImage,
                         EveryKind,
                         testing::Values(Case{"progressive.jpg", 2},
                                         Case{"subsampled.jpg", 2},
                                         Case{"grey.jpg", 2},
                                         Case{"cmyk.jpg", 2},
                                         Case{"rgb.png", 0},
                                         Case{"grey.png", 0},
                                         Case{"one_bit.png", 0},
                                         Case{"palette.png", 0},
                                         Case{"palette_transparent.png", 0},
                                         Case{"alpha.png", 1},
                                         Case{"grey_alpha.png", 1},
                                         Case{"sixteen_bit.png", 0},
                                         Case{"interlaced.png", 0},
                                         Case{"lossless.webp", 0},
                                         Case{"lossy.webp", 2},
                                         Case{"alpha.webp", 1},
                                         Case{"rgb.bmp", 0},
                                         Case{"palette.bmp", 0},
                                         Case{"one_bit.bmp", 0},
                                         Case{"orientation_1.jpg", 2},
                                         Case{"orientation_2.jpg", 2},
                                         Case{"orientation_3.jpg", 2},
                                         Case{"orientation_4.jpg", 2},
                                         Case{"orientation_5.jpg", 2},
                                         Case{"orientation_6.jpg", 2},
                                         Case{"orientation_7.jpg", 2},
                                         Case{"orientation_8.jpg", 2},
                                         Case{"orientation_6.png", 0},
                                         Case{"orientation_8.webp", 0}),
                         [](const auto& picture) {
                           std::string name = picture.param.name;
                           std::ranges::replace(name, '.', '_');
                           return name;
                         });

TEST(ReadImage, TurnedPicturesAreNotMistakenForOneAnother) {
  for (int a = 1; a <= 8; ++a) {
    for (int b = 1; b < a; ++b) {
      const Image x = read_image(picture_path("orientation_" + std::to_string(a) + ".jpg"));
      const Image y = read_image(picture_path("orientation_" + std::to_string(b) + ".jpg"));
      EXPECT_GT(max_difference(x, y), 50) << a << " and " << b;
    }
  }
}

TEST(ReadImage, TellsTheKindByContentAndNotByName) {
  TempDir dir;
  fs::copy(picture_path("lossless.webp"), dir.path() / "photo.jpg");
  EXPECT_EQ(read_image(dir.path() / "photo.jpg"), read_image(picture_path("rgb.png")));
}

TEST(ReadImage, AnimatedPicturesAreRefused) {
  for (const char* name : {"animated.webp", "animated.png"}) {
    EXPECT_TRUE(contains(error_of(picture_path(name)), "animated")) << name;
  }
}

TEST(ReadAlpha, IsTheTransparencyOfThePictureAndNothingOfASolidOne) {
  for (const char* name : {"rgb.png", "lossy.webp", "progressive.jpg"})
    EXPECT_TRUE(read_alpha(picture_path(name)).pixels.empty()) << name;
  for (const char* name : {"alpha.png", "grey_alpha.png", "alpha.webp"}) {
    const Image alpha = read_alpha(picture_path(name)), seen = read_image(picture_path(name));
    ASSERT_EQ(alpha.pixels.size(), seen.pixels.size()) << name;
    for (size_t i = 0; i < alpha.pixels.size(); ++i) {
      // What shines through is white.
      EXPECT_GE(int{seen.pixels[i]}, 255 - int{alpha.pixels[i]}) << name;
      EXPECT_EQ(alpha.pixels[i], alpha.pixels[i - i % 3]);
    }
    // Drawn from clear at the top to solid at the bottom.
    EXPECT_LT(alpha.at(0, 0)[0], 20) << name;
    EXPECT_GT(alpha.at(0, alpha.height - 1)[0], 235) << name;
  }
}

TEST(ReadImage, OtherKindsAreNamed) {
  EXPECT_TRUE(contains(error_of(picture_path("picture.gif")), "GIF"));
  EXPECT_TRUE(contains(error_of(picture_path("picture.tiff")), "TIFF"));
  TempDir dir;
  write_bytes(dir.path() / "a.heic", std::string("\0\0\0\x18", 4) + "ftypheic");
  EXPECT_TRUE(contains(error_of(dir.path() / "a.heic"), "HEIC"));
}

TEST(ReadImage, FilesThatAreNoPicturesAreNamed) {
  TempDir dir;
  write_bytes(dir.path() / "empty.jpg", "");
  write_bytes(dir.path() / "text.jpg", "no picture");
  write_bytes(dir.path() / "bm.bmp", "BM but no bitmap");
  EXPECT_TRUE(contains(error_of(dir.path() / "empty.jpg"), "is empty"));
  EXPECT_TRUE(contains(error_of(dir.path() / "text.jpg"), "is no picture"));
  EXPECT_TRUE(contains(error_of(dir.path() / "bm.bmp"), "is no picture"));
  for (const char* name : {"empty.jpg", "missing.jpg", ""}) {
    EXPECT_TRUE(contains(error_of(dir.path() / name), (dir.path() / name).string())) << name;
  }
}

TEST(ReadImage, EveryTruncationIsAnError) {
  TempDir dir;
  for (const char* name : {"progressive.jpg", "cmyk.jpg", "orientation_6.jpg", "rgb.png", "interlaced.png",
                           "lossless.webp", "lossy.webp", "alpha.webp", "rgb.bmp", "palette.bmp"}) {
    const std::string whole = read_bytes(picture_path(name));
    // The last two bytes of a JPEG only say that it has ended.
    const size_t longest = whole.size() - (whole.starts_with("\xFF\xD8") ? 3 : 1);
    for (size_t size = 0; size <= longest; size += size < longest - 8 ? 7 : 1) {
      write_bytes(dir.path() / "cut", whole.substr(0, size));
      EXPECT_NE(error_of(dir.path() / "cut"), "") << name << " cut to " << size << " of " << whole.size();
    }
  }
}

}  // namespace
}  // namespace big
