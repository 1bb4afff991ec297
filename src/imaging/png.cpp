#include "big/imaging/png.h"

#include <png.h>

#include <cstdio>
#include <new>
#include <optional>
#include <stdexcept>
#include <vector>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "png_reader.h"
#include "decode.h"

namespace big {

namespace {

constexpr int kCompressionLevel = 6;

// UTF-8 as Latin-1, or nothing where a character has no place in it (or is NUL, which ends a text chunk).
std::optional<std::string> to_latin1(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte == 0) return std::nullopt;
    if (byte < 0x80) {
      out += text[i];
    } else if ((byte == 0xC2 || byte == 0xC3) && i + 1 < text.size()) {
      out += static_cast<char>((byte & 3) << 6 | (static_cast<uint8_t>(text[++i]) & 0x3F));
    } else {
      return std::nullopt;
    }
  }
  return out;
}

std::string from_latin1(const std::string& text) {
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

// One text chunk and the strings that libpng points into.
struct Chunk {
  std::string keyword, text;
  bool international = false;
};

std::vector<Chunk> make_chunks(const PngText& text) {
  std::vector<Chunk> chunks;
  for (const auto& [keyword, value] : text) {
    if (keyword.empty() || keyword.size() > 79)
      throw std::invalid_argument("a PNG keyword has 1 to 79 bytes: " + keyword);
    if (!is_valid_utf8(value) || value.find('\0') != std::string::npos) {
      throw std::invalid_argument("PNG text must be UTF-8 without NUL: " + keyword);
    }
    const std::optional<std::string> latin1 = to_latin1(value);
    const bool international = keyword == kOwnTextKeyword || !latin1;
    chunks.push_back({keyword, international ? value : *latin1, international});
  }
  return chunks;
}

std::vector<png_text> as_libpng(std::vector<Chunk>& chunks) {
  static char nothing[] = "";
  std::vector<png_text> out;
  for (Chunk& chunk : chunks) {
    png_text text{};
    text.compression = chunk.international ? PNG_ITXT_COMPRESSION_NONE : PNG_TEXT_COMPRESSION_NONE;
    text.key = chunk.keyword.data();
    text.text = chunk.text.data();
    (chunk.international ? text.itxt_length : text.text_length) = chunk.text.size();
    text.lang = text.lang_key = nothing;
    out.push_back(text);
  }
  return out;
}

// As in PngReader: write() returns false where libpng jumped out, and owns nothing.
class PngWriter {
 public:
  PngWriter() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ ? png_create_info_struct(png_) : nullptr;
    if (!info_) {
      png_destroy_write_struct(&png_, nullptr);
      throw std::bad_alloc();
    }
    png_set_write_fn(png_, this, on_write, nullptr);
  }
  ~PngWriter() { png_destroy_write_struct(&png_, &info_); }
  PngWriter(const PngWriter&) = delete;
  PngWriter& operator=(const PngWriter&) = delete;

  bool write(const Image& image, const std::vector<png_text>& texts) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(image.width), static_cast<png_uint_32>(image.height),
                 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, kCompressionLevel);
    if (!texts.empty()) png_set_text(png_, info_, texts.data(), static_cast<int>(texts.size()));
    png_write_info(png_, info_);
    for (int y = 0; y < image.height; ++y) png_write_row(png_, image.at(0, y));
    png_write_end(png_, nullptr);
    return true;
  }

  std::string bytes;
  char message[128] = "";

 private:
  static void on_error(png_structp png, png_const_charp text) {
    auto* self = static_cast<PngWriter*>(png_get_error_ptr(png));
    std::snprintf(self->message, sizeof self->message, "%s", text);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}  // what follows is an error, or of no matter
  static void on_write(png_structp png, png_bytep data, size_t count) {
    bool stored = true;
    try {
      static_cast<PngWriter*>(png_get_io_ptr(png))->bytes.append(reinterpret_cast<const char*>(data), count);
    } catch (const std::bad_alloc&) {
      stored = false;  // no exception may cross libpng
    }
    if (!stored) png_error(png, "no memory left");
  }

  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

}  // namespace

std::string encode_png(const Image& image, const PngText& text) {
  std::vector<Chunk> chunks = make_chunks(text);
  const std::vector<png_text> texts = as_libpng(chunks);
  PngWriter writer;
  if (!writer.write(image, texts)) throw std::runtime_error(std::string("PNG: ") + writer.message);
  return std::move(writer.bytes);
}

void write_png(const std::filesystem::path& path, const Image& image, const PngText& text) {
  write_file_atomically(path, encode_png(image, text));
}

PngText read_png_text(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, kLargestPictureFile);
  PngText out;
  try {
    PngReader reader(bytes);
    read_png_rgba(reader, bytes.size());
    for (const PngReader::Text& text : reader.texts()) {
      const bool utf8 = text.utf8 && is_valid_utf8(text.text);
      out[from_latin1(text.keyword)] = utf8 ? text.text : from_latin1(text.text);
    }
  } catch (const InputError& error) {
    throw InputError(path.string() + ": " + error.what());
  }
  return out;
}

}  // namespace big
