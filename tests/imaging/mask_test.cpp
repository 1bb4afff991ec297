#include "big/imaging/mask.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pictures.h"

namespace big {
namespace {

/// Black, but for a white rectangle.
Image mask_of(int width, int height, const Region& region) {
  Image mask(width, height);
  for (int y = region.y; y < region.y + region.height; ++y)
    for (int x = region.x; x < region.x + region.width; ++x) std::fill_n(mask.at(x, y), 3, 255);
  return mask;
}

TEST(Mask, GreysAreThoseOfPillow) {
  EXPECT_EQ(to_mask(read_image(picture_path("resize_source.png"))),
            read_image(picture_path("resize_source_grey.png")));
}

TEST(Mask, ASoftEdgeLiesOutsideAndFallsEvenly) {
  const Image mask = mask_of(41, 9, {20, 0, 21, 9});
  const Image soft = soften_edge(mask, 3);
  for (int x = 20; x < 41; ++x) EXPECT_EQ(*soft.at(x, 4), 255) << x;
  for (int x = 1; x < 20; ++x) EXPECT_LE(*soft.at(x - 1, 4), *soft.at(x, 4)) << x;
  // Twice the Gaussian's tail: erfc(d / (3 sqrt 2)), d to the pixel's middle from the edge.
  for (const int d : {1, 3, 5}) {
    const double expected = 255 * std::erfc((d - 0.5) / (3 * std::sqrt(2.0)));
    EXPECT_NEAR(*soft.at(20 - d, 4), expected, 3) << d;
  }
  EXPECT_EQ(*soft.at(9, 4), 0) << "over three deviations away";
  EXPECT_EQ(soften_edge(mask, 0), mask);
}

TEST(Mask, AThinPartStaysWhole) {
  const Image soft = soften_edge(mask_of(21, 21, {10, 10, 1, 1}), 4);
  EXPECT_EQ(*soft.at(10, 10), 255);
  EXPECT_GT(*soft.at(12, 10), 0);
  EXPECT_EQ(*soft.at(12, 10), *soft.at(10, 8)) << "the same in both directions";
}

TEST(Mask, TheRegionIsTheSmallestThatHoldsIt) {
  EXPECT_EQ(masked_region(mask_of(9, 7, {2, 3, 4, 1})), (Region{2, 3, 4, 1}));
  EXPECT_EQ(masked_region(Image(9, 7, 255)), (Region{0, 0, 9, 7}));
  EXPECT_EQ(masked_region(Image(9, 7)), std::nullopt);
}

TEST(Mask, RegionsToDrawAreThoseOfDiffusers) {
  struct Case {
    Image picture;
    Region region;
    RegionWish wish;
    Region expected;  ///< by VaeImageProcessor.get_crop_region
  };
  const std::vector<Case> cases = {
      {{100, 80}, {40, 30, 10, 20}, {4, 64, 64}, {31, 26, 28, 28}},
      {{100, 80}, {40, 30, 30, 5}, {4, 64, 64}, {36, 14, 38, 38}},
      {{100, 80}, {0, 0, 7, 40}, {3, 64, 64}, {0, 0, 43, 43}},
      {{100, 80}, {90, 70, 10, 10}, {8, 96, 32}, {46, 62, 54, 18}},
      {{100, 80}, {0, 50, 100, 9}, {0, 64, 64}, {0, 0, 100, 80}},
      {{61, 47}, {12, 40, 5, 7}, {5, 48, 80}, {7, 22, 15, 25}},
      {{61, 47}, {0, 0, 61, 47}, {32, 48, 80}, {0, 0, 61, 47}},
      {{61, 47}, {30, 2, 11, 6}, {32, 40, 24}, {0, 0, 61, 40}},
  };
  for (const auto& one : cases) {
    const Region found = region_to_draw(one.region, one.wish, one.picture);
    EXPECT_EQ(found, one.expected) << found.x << ", " << found.y << ", " << found.width << ", "
                                   << found.height;
  }
}

TEST(Mask, PastingKeepsWhatIsNotMasked) {
  Image picture(4, 1, 100);
  Image mask(4, 1);
  std::fill_n(mask.at(1, 0), 3, 255);
  std::fill_n(mask.at(2, 0), 3, 128);
  paste(picture, Image(3, 1, 200), mask, {1, 0});
  EXPECT_EQ(*picture.at(0, 0), 100);
  EXPECT_EQ(*picture.at(1, 0), 200);
  EXPECT_EQ(*picture.at(2, 0), 150);
  EXPECT_EQ(*picture.at(3, 0), 100);
}

}  // namespace
}  // namespace big
