#include "big/imaging/png.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "pictures.h"
#include "support/temp_dir.h"

namespace big {
namespace {

const PngText kText = {{"parameters", "a sks dog\nSteps: 25, Sampler: DPM++ 2M"},
                       {"Latin", "Größe é"},
                       {"big", R"({"prompt":"東京 😀"})"},
                       {"empty", ""}};

TEST(Png, PixelsAndTextComeBack) {
  TempDir dir;
  const Image image = read_image(picture_path("resize_source.png"));
  write_png(dir.path() / "a.png", image, kText);
  EXPECT_EQ(read_image(dir.path() / "a.png"), image);
  EXPECT_EQ(read_png_text(dir.path() / "a.png"), kText);
}

TEST(Png, LatinTextIsPlainAndOtherTextInternational) {
  const std::string bytes = encode_png(Image(2, 2), kText);
  EXPECT_NE(bytes.find(std::string("tEXtparameters\0", 15)), std::string::npos);
  EXPECT_NE(bytes.find(std::string("tEXtLatin\0Gr\xF6\xDF", 14)), std::string::npos);
  EXPECT_NE(bytes.find(std::string("iTXtbig\0", 8)), std::string::npos);
}

TEST(Png, OwnTextIsInternationalEvenInPlainLetters) {
  const std::string bytes = encode_png(Image(2, 2), {{kOwnTextKeyword, R"({"prompt":"a dog"})"}});
  EXPECT_NE(bytes.find(std::string("iTXtbig\0", 8)), std::string::npos);
}

TEST(Png, EqualPicturesGiveEqualBytes) {
  const Image image = read_image(picture_path("rgb.png"));
  EXPECT_EQ(encode_png(image, kText), encode_png(image, kText));
  EXPECT_EQ(encode_png(image, kText).find("tIME"), std::string::npos);
}

TEST(Png, WhatNoChunkCanHoldIsRefused) {
  const Image image(2, 2);
  EXPECT_THROW(encode_png(image, {{"", "x"}}), std::invalid_argument);
  EXPECT_THROW(encode_png(image, {{std::string(80, 'k'), "x"}}), std::invalid_argument);
  EXPECT_THROW(encode_png(image, {{"k", std::string("a\0b", 3)}}), std::invalid_argument);
  EXPECT_THROW(encode_png(image, {{"k", "\xFF"}}), std::invalid_argument);
  EXPECT_THROW(encode_png(Image(), {}), std::exception);
}

TEST(Png, TextOfWhatIsNoPngIsAnInputError) {
  EXPECT_THROW(read_png_text(picture_path("grey.jpg")), InputError);
  EXPECT_THROW(read_png_text(picture_path("nowhere.png")), InputError);
  EXPECT_TRUE(read_png_text(picture_path("rgb.png")).empty());
}

}  // namespace
}  // namespace big
