// Small files that claim to be huge (tests/fuzz breaks pictures in every other way).
#include <gtest/gtest.h>
#include <zlib.h>

#include "big/core/error.h"
#include "decode.h"
#include "pictures.h"

namespace big {
namespace {

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
