#include "big/imaging/contact_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace big {
namespace {

constexpr uint8_t kPaper = 255;

TEST(ContactSheet, IsNearlySquareUnlessTold) {
  const std::vector<Image> five(5, Image(10, 10, 7));
  const Image sheet = contact_sheet(five);
  EXPECT_EQ(sheet.width, 2 + 3 * 12);
  EXPECT_EQ(sheet.height, 2 + 2 * 12);
  const Image row = contact_sheet(five, {.columns = 5, .border = 0});
  EXPECT_EQ(row.width, 50);
  EXPECT_EQ(row.height, 10);
}

TEST(ContactSheet, KeepsOrderAndSeparatesPictures) {
  const Image sheet =
      contact_sheet({Image(4, 4, 10), Image(4, 4, 20), Image(4, 4, 30)}, {.columns = 2, .border = 1});
  EXPECT_EQ(sheet.at(1, 1)[0], 10);
  EXPECT_EQ(sheet.at(6, 1)[0], 20);
  EXPECT_EQ(sheet.at(1, 6)[0], 30);
  EXPECT_EQ(sheet.at(0, 0)[0], kPaper);
  EXPECT_EQ(sheet.at(5, 1)[0], kPaper);
  EXPECT_EQ(sheet.at(6, 6)[0], kPaper);
}

TEST(ContactSheet, FitsPicturesOfAnySizeIntoCells) {
  const Image sheet =
      contact_sheet({Image(40, 10, 9), Image(2, 2, 9)}, {.columns = 2, .cell = 8, .border = 0});
  EXPECT_EQ(sheet.width, 16);
  EXPECT_EQ(sheet.height, 8);
  EXPECT_EQ(sheet.at(0, 2)[0], kPaper);  // 40 x 10 becomes 8 x 2 in the middle
  EXPECT_EQ(sheet.at(0, 3)[0], 9);
  EXPECT_EQ(sheet.at(7, 4)[0], 9);
  EXPECT_EQ(sheet.at(0, 5)[0], kPaper);
  EXPECT_EQ(sheet.at(8, 0)[0], 9);
}

TEST(ContactSheet, PutsAWideBandBelowTheFirstPictures) {
  const Image sheet = contact_sheet({Image(4, 4, 1), Image(4, 4, 2), Image(4, 4, 3), Image(4, 4, 4)},
                                    {.columns = 2, .border = 1, .gap_after = 1});
  // One row above, two below: 1 + 3 x 5, and a band of 4 borders.
  EXPECT_EQ(sheet.height, 1 + 3 * 5 + 4);
  EXPECT_EQ(sheet.at(1, 1)[0], 1);
  EXPECT_EQ(sheet.at(6, 1)[0], kPaper);
  EXPECT_EQ(sheet.at(1, 10)[0], 2);
  EXPECT_EQ(sheet.at(6, 10)[0], 3);
  EXPECT_EQ(sheet.at(1, 15)[0], 4);
  for (int y = 5; y < 10; ++y) EXPECT_EQ(sheet.at(1, y)[0], kPaper);
}

TEST(ContactSheet, OfNothingIsEmpty) { EXPECT_EQ(contact_sheet({}), Image()); }

}  // namespace
}  // namespace big
