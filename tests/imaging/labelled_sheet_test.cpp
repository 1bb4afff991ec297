#include "big/imaging/labelled_sheet.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "draw_text.h"

namespace big {
namespace {

/// Black pixels in a part of a picture.
int ink(const Image& image, int left, int top, int right, int bottom) {
  int count = 0;
  for (int y = top; y < bottom; ++y)
    for (int x = left; x < right; ++x) count += image.at(x, y)[0] == 0;
  return count;
}

TEST(DrawText, LettersAreReadable) {
  Image image(7, 12, 255);
  draw_text(image, 0, 0, "E", 1);
  std::string rows;
  for (int y = 0; y < 12; ++y) {
    for (int x = 0; x < 7; ++x) rows += image.at(x, y)[0] == 0 ? '#' : '.';
    rows += '\n';
  }
  EXPECT_EQ(rows,
            "####...\n"
            "#......\n"
            "#......\n"
            "###....\n"
            "#......\n"
            "#......\n"
            "####...\n"
            ".......\n"
            ".......\n"
            ".......\n"
            ".......\n"
            ".......\n");
}

TEST(DrawText, ScalesAndIsClipped) {
  Image one(80, 12, 255), three(240, 36, 255);
  draw_text(one, 0, 0, "DPM++ 2M", 1);
  draw_text(three, 0, 0, "DPM++ 2M", 3);
  EXPECT_EQ(9 * ink(one, 0, 0, 80, 12), ink(three, 0, 0, 240, 36));
  EXPECT_EQ(text_width("DPM++ 2M", 3), 3 * text_width("DPM++ 2M", 1));
  EXPECT_EQ(ink(one, text_width("DPM++ 2M", 1), 0, 80, 12), 0);
  Image small(3, 3, 255);
  draw_text(small, -2, -2, "WWW", 2);
  draw_text(small, 100, 100, "WWW", 2);
}

TEST(DrawText, EveryCharacterHasAShapeOfItsOwn) {
  std::vector<Image> seen;
  for (char c = '!'; c <= '~'; ++c) {
    if (c == '|') continue;  // as 'l'
    Image image(16, 12, 255);
    draw_text(image, 0, 0, std::string(1, c), 1);
    EXPECT_GT(ink(image, 0, 0, 16, 12), 0) << c;
    EXPECT_EQ(std::count(seen.begin(), seen.end(), image), 0) << c;
    seen.push_back(image);
  }
}

TEST(DrawText, WhatItCannotWriteBecomesAQuestionMark) {
  Image odd(40, 12, 255), asked(40, 12, 255);
  draw_text(odd, 0, 0, "a京\n😀", 1);
  draw_text(asked, 0, 0, "a???", 1);
  EXPECT_EQ(odd, asked);
}

TEST(DrawText, LongTextIsBrokenBetweenWordsAndInThem) {
  EXPECT_EQ(wrapped_text("one two three", text_width("one two", 1), 1),
            (std::vector<std::string>{"one two", "three"}));
  const auto pieces = wrapped_text("abcdefghij", text_width("abcd", 1), 1);
  std::string whole;
  for (const auto& piece : pieces) {
    EXPECT_LE(text_width(piece, 1), text_width("abcd", 1));
    whole += piece;
  }
  EXPECT_EQ(whole, "abcdefghij");
  EXPECT_EQ(wrapped_text("num_inference_steps: 8", text_width("num_inference_st", 1), 1),
            (std::vector<std::string>{"num_inference_", "steps: 8"}));
  EXPECT_TRUE(wrapped_text("", 10, 1).empty());
  EXPECT_EQ(wrapped_text("WW", 1, 1).size(), 2u);
}

TEST(LabelledSheet, PicturesStandInOrderWithTheirLabels) {
  std::vector<Image> pictures;
  for (int i = 0; i < 6; ++i) pictures.emplace_back(100, 60, static_cast<uint8_t>(10 * (i + 1)));
  const Image sheet = labelled_sheet(pictures, 3, {"title", {"x: 1", "x: 2", "x: 3"}, {"y: 1", "y: 2"}});
  const int left = sheet.width - 3 * 102, top = sheet.height - 2 * 62;
  ASSERT_GT(left, 0);
  ASSERT_GT(top, 2 * kLineHeight);
  for (int i = 0; i < 6; ++i) {
    const int x = left + i % 3 * 102, y = top + i / 3 * 62;
    EXPECT_EQ(sheet.at(x, y)[0], 10 * (i + 1));
    EXPECT_EQ(sheet.at(x + 99, y + 59)[0], 10 * (i + 1));
    EXPECT_EQ(sheet.at(x - 1, y)[0], 255);
  }
  // A label above every column and beside every row, and a title over them.
  for (int i = 0; i < 3; ++i) EXPECT_GT(ink(sheet, left + i * 102, kLineHeight, left + i * 102 + 100, top), 8);
  for (int i = 0; i < 2; ++i) EXPECT_GT(ink(sheet, 0, top + i * 62, left, top + i * 62 + 60), 8);
  EXPECT_GT(ink(sheet, 0, 0, sheet.width, kLineHeight), 20);
}

TEST(LabelledSheet, SmallPicturesStandApartSoThatLabelsFit) {
  const std::vector<Image> pictures(2, Image(16, 16, 7));
  const Image sheet = labelled_sheet(pictures, 2, {"", {"guidance_scale: 3", "guidance_scale: 5"}, {}});
  EXPECT_GE(sheet.width, 2 * text_width("guidance_scale:", 1));
  const Image bare = labelled_sheet(pictures, 2, {});
  EXPECT_EQ(bare.width, 2 + 2 * 18);
  EXPECT_EQ(bare.height, 2 + 18);
}

TEST(LabelledSheet, LettersGrowWithThePictures) {
  const SheetLabels labels{"", {"steps: 5"}, {}};
  const Image small = labelled_sheet({Image(128, 128, 9)}, 1, labels);
  const Image large = labelled_sheet({Image(512, 512, 9)}, 1, labels);
  EXPECT_EQ(large.height - 512, 4 * (small.height - 128));
  EXPECT_EQ(labelled_sheet({}, 1, labels), Image());
}

}  // namespace
}  // namespace big
