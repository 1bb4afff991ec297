#include "big/imaging/picture_file.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "exif_text.h"
#include "pictures.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

using namespace std::string_view_literals;

/// Letters of one, two, three and four bytes.
const PngText kUtf8Text = {{"parameters", "a sks dog, naïve 東京 😀\nSteps: 25, Sampler: DPM++ 2M"},
                       {"big", R"({"prompt":"東京 😀"})"}};

/// Smooth, so that little is lost.
Image picture() {
  Image image(40, 26);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      image.at(x, y)[0] = static_cast<uint8_t>(6 * x);
      image.at(x, y)[1] = static_cast<uint8_t>(9 * y);
      image.at(x, y)[2] = static_cast<uint8_t>(200 - 3 * x - 3 * y);
    }
  }
  return image;
}

PictureEncoding encoding(PictureFormat format, int quality) { return {format, quality}; }

TEST(PictureFile, PngAndWebpAtFullQualityLoseNothing) {
  TempDir dir;
  const Image image = picture();
  for (const auto format : {PictureFormat::kPng, PictureFormat::kWebp}) {
    const auto path = dir.path() / ("a" + file_ending(format));
    write_picture(path, image, encoding(format, 100), kUtf8Text);
    EXPECT_EQ(read_image(path), image);
    EXPECT_EQ(read_picture_text(path), kUtf8Text);
    EXPECT_EQ(picture_format(path), format);
  }
}

TEST(PictureFile, LossyFormatsStayCloseAndQualityCounts) {
  TempDir dir;
  const Image image = picture();
  for (const auto format : {PictureFormat::kJpeg, PictureFormat::kWebp}) {
    const auto path = dir.path() / ("a" + file_ending(format));
    const auto loss = [&](int quality) {
      write_picture(path, image, encoding(format, quality), kUtf8Text);
      EXPECT_EQ(read_picture_text(path), kUtf8Text);
      return max_difference(read_image(path), image);
    };
    const int good = loss(95), poor = loss(10);
    EXPECT_LE(good, 15);
    EXPECT_GT(good, 0);
    EXPECT_GT(poor, 2 * good);
  }
}

TEST(PictureFile, HighQualityJpegKeepsTheFullChroma) {
  // Blue beside red in columns of one pixel: half the chroma's columns would mix them.
  Image stripes(32, 32);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 32; ++x) stripes.at(x, y)[x % 2 == 0 ? 0 : 2] = 200;
  }
  TempDir dir;
  const auto loss = [&](int quality) {
    write_picture(dir.path() / "a.jpg", stripes, encoding(PictureFormat::kJpeg, quality));
    return max_difference(read_image(dir.path() / "a.jpg"), stripes);
  };
  EXPECT_LT(loss(90), 40);
  EXPECT_GT(loss(89), 60);
}

TEST(PictureFile, EqualPicturesGiveEqualBytes) {
  for (const auto format : {PictureFormat::kPng, PictureFormat::kJpeg, PictureFormat::kWebp}) {
    const auto bytes = encode_picture(picture(), encoding(format, 90), kUtf8Text);
    EXPECT_EQ(encode_picture(picture(), encoding(format, 90), kUtf8Text), bytes);
    EXPECT_NE(encode_picture(picture(), encoding(format, 90)), bytes);
  }
}

TEST(PictureFile, ThePhotosReaderTakesThem) {
  TempDir dir;
  for (const auto format : {PictureFormat::kJpeg, PictureFormat::kWebp})
    write_picture(dir.path() / ("a" + file_ending(format)), picture(), encoding(format, 95), kUtf8Text);
  EXPECT_EQ(scan_photos(dir.path(), 1).photos.size(), 2u);
}

TEST(PictureFile, TextThatDoesNotFitIsLeftOutOurOwnFirst) {
  TempDir dir;
  const auto path = dir.path() / "a.jpg";
  PngText text = kUtf8Text;
  text["big"] = std::string(66'000, 'x');
  write_picture(path, picture(), encoding(PictureFormat::kJpeg, 95), text);
  EXPECT_EQ(read_picture_text(path), (PngText{{"parameters", kUtf8Text.at("parameters")}}));
  text["parameters"] = std::string(33'000, 'x');
  write_picture(path, picture(), encoding(PictureFormat::kJpeg, 95), text);
  EXPECT_TRUE(read_picture_text(path).empty());
  EXPECT_EQ(read_image(path).width, 40);
}

TEST(PictureFile, WhatCannotBeIsRefused) {
  EXPECT_NE(error_of<UsageError>([] { parse_picture_format("gif"); }).find("png, jpeg or webp"),
            std::string::npos);
  EXPECT_NE(error_of<UsageError>([] {
              encode_picture(Image(16384, 1), encoding(PictureFormat::kWebp, 90));
            }).find("at most 16383 a side"),
            std::string::npos);
  EXPECT_NO_THROW(encode_picture(Image(16383, 1), encoding(PictureFormat::kWebp, 100)));
  EXPECT_THROW(encode_picture(picture(), encoding(PictureFormat::kJpeg, 0)), UsageError);
  EXPECT_THROW(encode_picture(picture(), encoding(PictureFormat::kWebp, 101)), UsageError);
  EXPECT_THROW(read_picture_text(picture_path("rgb.bmp")), InputError);
  EXPECT_THROW(read_picture_text(picture_path("nowhere.jpg")), InputError);
  EXPECT_TRUE(read_picture_text(picture_path("orientation_6.jpg")).empty());
}

TEST(ExifText, IsLaidOutAsTiffSays) {
  const std::string exif = make_exif({{"parameters", "aé"}});
  EXPECT_EQ(exif, std::string("MM\0*\0\0\0\x08"
                              "\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0"
                              "\0\x01\x92\x86\0\x07\0\0\0\x0c\0\0\0\x2c\0\0\0\0"
                              "UNICODE\0\0a\0\xe9"sv));
  EXPECT_EQ(make_exif({{"Latin", "x"}}), "");
}

/// Our block with another UserComment in it.
std::string exif_with(std::string_view comment) {
  std::string exif("MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\x01\x92\x86\0\x07\0\0\0"sv);
  exif += static_cast<char>(comment.size());
  exif += "\0\0\0\x2c\0\0\0\0"sv;
  return exif.append(comment);
}

TEST(ExifText, CommentsAreReadAsOthersWriteThem) {
  const auto text = [](std::string_view comment) {
    const auto found = read_exif_text(exif_with(comment));
    return found.empty() ? "none" : found.at("parameters");
  };
  EXPECT_EQ(text("UNICODE\0\0a\0,\xd8\x3d\xde\0"sv), "a,😀");
  EXPECT_EQ(text("UNICODE\0a\0,\0\x3d\xd8\0\xde"sv), "a,😀");
  EXPECT_EQ(text("UNICODE\0\xfe\xff\0a\x4e\xac"sv), "a京");
  EXPECT_EQ(text("UNICODE\0\xff\xfe\x61\0\xac\x4e"sv), "a京");
  EXPECT_EQ(text("UNICODE\0\0a\xd8\x3d"sv), "a\xef\xbf\xbd");
  EXPECT_EQ(text("ASCII\0\0\0a cat\0\0"sv), "a cat");
  EXPECT_EQ(text("\0\0\0\0\0\0\0\0a cat"sv), "a cat");
  EXPECT_EQ(text("a naïve cat"sv), "a naïve cat");
  EXPECT_EQ(text("\xff\xff\xff\xff\xff"sv), "none");
  EXPECT_TRUE(read_exif_text("").empty());
  EXPECT_TRUE(read_exif_text("Exif\0\0MM"sv).empty());
}

TEST(ExifText, AnotherMakersNoteIsNotOurs) {
  std::string exif = make_exif({{"big", "{}"}});
  EXPECT_EQ(read_exif_text(exif).at("big"), "{}");
  exif[exif.find("BIG")] = 'D';
  EXPECT_TRUE(read_exif_text(exif).empty());
}

TEST(ExifText, BlocksCutShortAreNoDisaster) {
  const std::string exif = make_exif(kUtf8Text);
  for (size_t size = 0; size < exif.size(); ++size) read_exif_text(exif.substr(0, size));
  EXPECT_EQ(read_exif_text(exif), kUtf8Text);
}

}  // namespace
}  // namespace big
