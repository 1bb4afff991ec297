#pragma once

#include <png.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace big {

/// libpng's reader over bytes in memory. Its errors leave by longjmp, so every step that calls it returns
/// false instead, owns nothing, and leaves the reason in message().
class PngReader {
 public:
  explicit PngReader(std::string_view bytes);
  ~PngReader();
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  /// Up to the first pixel data.
  bool read_header();
  /// Asks for 8-bit RGBA whatever is stored.
  bool start();
  /// All rows (`rows` points at height() rows of row_bytes()), then the chunks behind them.
  bool read_rows(uint8_t** rows);

  int64_t width() const { return png_get_image_width(png_, info_); }
  int64_t height() const { return png_get_image_height(png_, info_); }
  /// Bytes that the rows take as stored (before start()).
  uint64_t stored_bytes() const { return static_cast<uint64_t>(height()) * png_get_rowbytes(png_, info_); }
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }
  std::string_view exif() const;
  /// Text chunks read so far: keyword and text, and whether the text is UTF-8 (else Latin-1).
  struct Text {
    std::string keyword, text;
    bool utf8;
  };
  std::vector<Text> texts() const;
  const char* message() const { return message_; }

 private:
  static void on_error(png_structp png, png_const_charp text);
  static void on_read(png_structp png, png_bytep out, size_t count);

  std::string_view bytes_;
  size_t at_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  char message_[128] = "";
};

/// True when the PNG is an animation (an acTL chunk before its pixels).
bool is_animated_png(std::string_view bytes);

/// Reads pixels and texts to the end. Throws InputError with the bare reason.
std::vector<uint8_t> read_png_rgba(PngReader& reader, size_t file_bytes);

}  // namespace big
