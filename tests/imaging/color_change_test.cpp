#include "big/imaging/color_change.h"

#include <gtest/gtest.h>

namespace big {
namespace {

/// Two pixels side by side.
Image pixels(const std::vector<uint8_t>& bytes) {
  Image image(2, 1);
  image.pixels = bytes;
  return image;
}

const Image kPicture = pixels({200, 100, 50, 10, 20, 30});

TEST(ColorChange, OneLeavesThePictureAsItIs) { EXPECT_EQ(change_colors(kPicture, {}), kPicture); }

TEST(ColorChange, BrightnessMultipliesAndEndsAtWhite) {
  EXPECT_EQ(change_colors(kPicture, {1.5, 1, 1}), pixels({255, 150, 75, 15, 30, 45}));
  EXPECT_EQ(change_colors(kPicture, {0, 1, 1}), pixels({0, 0, 0, 0, 0, 0}));
}

// The greys are 0.2989 R + 0.587 G + 0.114 B = 124.18 and 18.149, their mean 71.1645.
TEST(ColorChange, ContrastIsTheDistanceToTheMeanGrey) {
  EXPECT_EQ(change_colors(kPicture, {1, 0.5, 1}), pixels({136, 86, 61, 41, 46, 51}));
  EXPECT_EQ(change_colors(kPicture, {1, 0, 1}), pixels({71, 71, 71, 71, 71, 71}));
}

TEST(ColorChange, SaturationIsTheDistanceToThePixelsOwnGrey) {
  EXPECT_EQ(change_colors(kPicture, {1, 1, 0}), pixels({124, 124, 124, 18, 18, 18}));
  EXPECT_EQ(change_colors(kPicture, {1, 1, 1.5}), pixels({238, 88, 13, 6, 21, 36}));
}

TEST(ColorChange, APictureWithoutPixelsStaysOne) { EXPECT_EQ(change_colors(Image(), {2, 2, 2}), Image()); }

}  // namespace
}  // namespace big
