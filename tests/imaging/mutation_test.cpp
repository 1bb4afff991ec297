// Broken files by the thousand: each is read or refused with an InputError, fast and with little memory.
#include <gtest/gtest.h>
#include <zlib.h>

#include <functional>
#include <random>
#include <vector>

#include "big/core/error.h"
#include "decode.h"
#include "pictures.h"

namespace big {
namespace {

constexpr int kMutations = 2000;
// The seeds have 384 pixels; what a broken one of them may claim stays far below a photo's size.
constexpr int64_t kMostPixelsOfATinyFile = 30'000'000;

using Random = std::mt19937;

size_t below(Random& random, size_t bound) {
  return std::uniform_int_distribution<size_t>(0, bound - 1)(random);
}

void put_big_endian(std::string& bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

uint32_t big_endian(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

// Makes every chunk's checksum right, so that changes get past it and into the decoder.
void mend_png_checksums(std::string& bytes) {
  for (size_t at = 8; at + 12 <= bytes.size();) {
    const size_t length = big_endian(bytes, at);
    if (length > bytes.size() - at - 12) return;
    const auto* data = reinterpret_cast<const Bytef*>(bytes.data() + at + 4);
    put_big_endian(bytes, at + 8 + length,
                   static_cast<uint32_t>(crc32(0, data, static_cast<uInt>(length + 4))));
    at += 12 + length;
  }
}

std::string mutated(const std::vector<std::string>& seeds, Random& random) {
  std::string bytes = seeds[below(random, seeds.size())];
  const size_t rounds = 1 + below(random, 4);
  for (size_t round = 0; round < rounds && !bytes.empty(); ++round) {
    const size_t at = below(random, bytes.size());
    switch (below(random, 5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
        break;
      case 1:
        bytes[at] = std::string("\x00\x7F\x80\xFF", 4)[below(random, 4)];
        break;
      case 2:
        bytes.resize(at);
        break;
      case 3: {
        const std::string& other = seeds[below(random, seeds.size())];
        bytes.insert(at, other, below(random, other.size()), 1 + below(random, 40));
        break;
      }
      default:
        bytes.erase(at, 1 + below(random, 20));
    }
  }
  return bytes;
}

void expect_safe(const std::vector<std::string>& names,
                 const std::function<StoredPicture(std::string_view)>& decode,
                 const std::function<void(std::string&)>& mend = nullptr) {
  std::vector<std::string> seeds;
  for (const std::string& name : names) seeds.push_back(read_bytes(picture_path(name)));
  Random random(20);
  int read = 0, refused = 0;
  for (int i = 0; i < kMutations; ++i) {
    std::string bytes = mutated(seeds, random);
    if (mend && i % 4 != 0) mend(bytes);
    try {
      const Image image = decode(bytes).image;
      EXPECT_EQ(image.pixels.size(),
                static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3);
      EXPECT_LE(int64_t{image.width} * image.height, kMostPixelsOfATinyFile);
      ++read;
    } catch (const InputError& error) {
      EXPECT_STRNE(error.what(), "");
      ++refused;
    }
  }
  // Both must happen, or the mutator does not reach the decoder.
  EXPECT_GT(read, kMutations / 100);
  EXPECT_GT(refused, kMutations / 10);
}

TEST(BrokenPictures, JpegsAreReadOrRefused) {
  expect_safe({"progressive.jpg", "subsampled.jpg", "grey.jpg", "cmyk.jpg", "orientation_6.jpg"},
              decode_jpeg);
}

TEST(BrokenPictures, PngsAreReadOrRefused) {
  expect_safe({"rgb.png", "grey.png", "one_bit.png", "palette_transparent.png", "alpha.png", "grey_alpha.png",
               "sixteen_bit.png", "interlaced.png", "orientation_6.png"},
              decode_png, mend_png_checksums);
}

TEST(BrokenPictures, WebpsAreReadOrRefused) {
  expect_safe({"lossless.webp", "lossy.webp", "alpha.webp", "orientation_8.webp", "animated.webp"},
              decode_webp);
}

TEST(BrokenPictures, BmpsAreReadOrRefused) {
  expect_safe({"rgb.bmp", "palette.bmp", "one_bit.bmp"}, decode_bmp);
}

// What the file is given as its size must be refused before pixels are reserved or decoded.
void expect_too_large(const std::string& bytes) {
  try {
    decode_picture(bytes);
    ADD_FAILURE() << "was read";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("too large"), std::string::npos) << error.what();
  }
}

TEST(HugePictures, AreRefusedByTheirHeader) {
  std::string png = read_bytes(picture_path("rgb.png"));
  put_big_endian(png, 16, 20'000);
  put_big_endian(png, 20, 20'000);
  mend_png_checksums(png);
  expect_too_large(png);

  std::string jpeg = read_bytes(picture_path("grey.jpg"));
  const size_t frame = jpeg.find("\xFF\xC0");
  ASSERT_NE(frame, std::string::npos);
  put_big_endian(jpeg, frame + 5, 0x9C409C40);
  expect_too_large(jpeg);

  std::string bmp = read_bytes(picture_path("rgb.bmp"));
  for (size_t at : {18, 22}) bmp.replace(at, 4, std::string("\x20\x4E\0\0", 4));
  expect_too_large(bmp);

  std::string webp = read_bytes(picture_path("lossless.webp"));
  const size_t sizes = webp.find("VP8L") + 9;  // 14 bits each
  for (size_t i = 0; i < 3; ++i) webp[sizes + i] = '\xFF';
  webp[sizes + 3] = static_cast<char>(webp[sizes + 3] | 0x0F);
  expect_too_large(webp);
}

TEST(HugePictures, InTinyFilesAreRefusedAsBroken) {
  std::string png = read_bytes(picture_path("rgb.png"));
  put_big_endian(png, 16, 9'000);
  put_big_endian(png, 20, 9'000);
  mend_png_checksums(png);
  EXPECT_THROW(decode_picture(png), InputError);
  std::string jpeg = read_bytes(picture_path("grey.jpg"));
  put_big_endian(jpeg, jpeg.find("\xFF\xC0") + 5, 0x23282328);
  EXPECT_THROW(decode_picture(jpeg), InputError);
}

}  // namespace
}  // namespace big
