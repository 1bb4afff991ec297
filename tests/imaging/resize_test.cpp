#include "big/imaging/resize.h"

#include <gtest/gtest.h>

#include "pictures.h"

namespace big {
namespace {

Image numbered(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y)[0] = static_cast<uint8_t>(x);
      image.at(x, y)[1] = static_cast<uint8_t>(y);
    }
  }
  return image;
}

TEST(Resize, EqualsPillowsBilinear) {
  const Image source = read_image(picture_path("resize_source.png"));
  for (const auto& [width, height] : {std::pair{8, 5}, {40, 26}, {19, 5}, {3, 11}, {1, 1}, {18, 12}}) {
    const std::string name = "resize_" + std::to_string(width) + "x" + std::to_string(height) + ".png";
    EXPECT_EQ(max_difference(resize(source, width, height), read_image(picture_path(name))), 0) << name;
  }
}

TEST(Resize, EqualsPillowsLanczos) {
  const Image source = read_image(picture_path("resize_source.png"));
  for (const auto& [width, height] : {std::pair{8, 5}, {40, 26}, {19, 5}, {3, 11}, {1, 1}, {18, 12}}) {
    const Image expected =
        read_image(picture_path("lanczos_" + std::to_string(width) + "x" + std::to_string(height) + ".png"));
    EXPECT_EQ(resize(source, width, height, ResizeFilter::kLanczos), expected) << width << " x " << height;
    if (width > 1)
      EXPECT_GT(max_difference(resize(source, width, height), expected), 5) << "bilinear is another";
  }
}

TEST(Resize, KeepsAFlatColourFlat) { EXPECT_EQ(resize(Image(97, 31, 203), 13, 64), Image(13, 64, 203)); }

TEST(Resize, ToItsOwnSizeChangesNothing) { EXPECT_EQ(resize(numbered(9, 7), 9, 7), numbered(9, 7)); }

TEST(Resize, RefusesSizesThatAreNone) {
  EXPECT_THROW(resize(Image(4, 4), 0, 4), std::invalid_argument);
  EXPECT_THROW(resize(Image(), 4, 4), std::invalid_argument);
}

TEST(ResizeShortSide, RoundsTheLongSideDown) {
  const Image wide = resize_short_side(Image(100, 33), 16);
  EXPECT_EQ(wide.width, 48);  // int(16 * 100 / 33) = int(48.48)
  EXPECT_EQ(wide.height, 16);
  const Image tall = resize_short_side(Image(3, 11), 7);
  EXPECT_EQ(tall.width, 7);
  EXPECT_EQ(tall.height, 25);  // int(7 * 11 / 3) = int(25.67)
}

TEST(ResizeToCover, ScalesUntilBothSidesReachAndCutsEvenly) {
  const Image source = numbered(30, 20);
  EXPECT_EQ(resize_to_cover(source, 28, 20), crop(source, 1, 0, 28, 20)) << "no scaling where one side fits";
  EXPECT_EQ(resize_to_cover(source, 30, 16), crop(source, 0, 2, 30, 16));
  EXPECT_EQ(resize_to_cover(source, 20, 40),
            center_crop(resize(source, 60, 40, ResizeFilter::kLanczos), 20, 40));
  EXPECT_EQ(resize_to_cover(Image(7, 3, 99), 1000, 64), Image(1000, 64, 99));
}

TEST(Crop, TakesThePartAtItsCorner) {
  const Image part = crop(numbered(8, 6), 2, 1, 3, 4);
  EXPECT_EQ(part.width, 3);
  EXPECT_EQ(part.height, 4);
  EXPECT_EQ(part.at(0, 0)[0], 2);
  EXPECT_EQ(part.at(0, 0)[1], 1);
  EXPECT_EQ(part.at(2, 3)[0], 4);
  EXPECT_EQ(part.at(2, 3)[1], 4);
}

TEST(Crop, RefusesWhatLiesOutside) {
  const Image image = numbered(8, 6);
  EXPECT_THROW(crop(image, -1, 0, 3, 3), std::invalid_argument);
  EXPECT_THROW(crop(image, 6, 0, 3, 3), std::invalid_argument);
  EXPECT_THROW(crop(image, 0, 4, 3, 3), std::invalid_argument);
  EXPECT_THROW(center_crop(image, 9, 3), std::invalid_argument);
}

TEST(CenterCrop, RoundsHalvesToEvenAsTorchvisionDoes) {
  // int(round((width - wanted) / 2)) in Python: 0.5 -> 0, 1.5 -> 2, 2.5 -> 2, 3.5 -> 4.
  for (const auto& [width, left] : {std::pair{5, 0}, {6, 1}, {7, 2}, {8, 2}, {9, 2}, {11, 4}}) {
    EXPECT_EQ(center_crop(numbered(width, 4), 4, 4).at(0, 0)[0], left) << width;
    EXPECT_EQ(center_crop(numbered(4, width), 4, 4).at(0, 0)[1], left) << width;
  }
}

TEST(Mirror, ExchangesLeftAndRight) {
  Image image(3, 2);
  for (int x = 0; x < 3; ++x) image.at(x, 1)[0] = static_cast<uint8_t>(10 * x);
  const Image mirrored = mirror(image);
  EXPECT_EQ(mirrored.at(0, 1)[0], 20);
  EXPECT_EQ(mirrored.at(2, 1)[0], 0);
  EXPECT_EQ(mirror(mirrored), image);
}

}  // namespace
}  // namespace big
