#include "png_reader.h"

#include <cstdio>
#include <cstring>
#include <new>

#include "big/core/error.h"
#include "big/core/text.h"
#include "decode.h"

namespace big {

namespace {

constexpr size_t kSignature = 8;
constexpr size_t kChunkFrame = 12;  // length, kind, checksum
constexpr png_uint_32 kLongestSide = 1'000'000;
// What text and profiles may unpack to, each and by their number.
constexpr png_alloc_size_t kLargestChunk = 8 << 20;
constexpr png_uint_32 kMostChunks = 64;
// Deflate packs 1032 bytes into one at best (zlib's technical notes).
constexpr uint64_t kBestPngCompression = 1100;

void ignore_warning(png_structp, png_const_charp) {}

uint32_t big_endian(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

/// Every chunk up to the last one ends within the file. libpng takes a chunk's word for its length, and that
/// much memory, before it reads it.
bool chunks_fit(std::string_view bytes) {
  for (size_t at = kSignature; at + kChunkFrame <= bytes.size();) {
    const size_t length = big_endian(bytes, at);
    if (length > bytes.size() - at - kChunkFrame) return false;
    if (bytes.substr(at + 4, 4) == "IEND") return true;
    at += kChunkFrame + length;
  }
  return true;
}

void check(bool succeeded, const PngReader& reader) {
  if (!succeeded) throw InputError(concat("is broken or cut short (PNG: ", reader.message(), ")"));
}

}  // namespace

PngReader::PngReader(std::string_view bytes) : bytes_(bytes) {
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, ignore_warning);
  info_ = png_ ? png_create_info_struct(png_) : nullptr;
  if (!info_) {
    png_destroy_read_struct(&png_, nullptr, nullptr);
    throw std::bad_alloc();
  }
  png_set_read_fn(png_, this, on_read);
  png_set_user_limits(png_, kLongestSide, kLongestSide);
  png_set_chunk_malloc_max(png_, kLargestChunk);
  png_set_chunk_cache_max(png_, kMostChunks);
}

PngReader::~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

void PngReader::on_error(png_structp png, png_const_charp text) {
  auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
  std::snprintf(self->message_, sizeof self->message_, "%s", text);
  png_longjmp(png, 1);
}

void PngReader::on_read(png_structp png, png_bytep out, size_t count) {
  auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
  if (count > self->bytes_.size() - self->at_) png_error(png, "the file ends before the picture does");
  std::memcpy(out, self->bytes_.data() + self->at_, count);
  self->at_ += count;
}

bool PngReader::read_header() {
  if (!chunks_fit(bytes_)) {
    std::snprintf(message_, sizeof message_, "a chunk is longer than the file");
    return false;
  }
  if (setjmp(png_jmpbuf(png_))) return false;
  png_read_info(png_, info_);
  return true;
}

bool PngReader::start() {
  if (setjmp(png_jmpbuf(png_))) return false;
  png_set_expand(png_);
  png_set_scale_16(png_);
  png_set_gray_to_rgb(png_);
  png_set_add_alpha(png_, 0xFF, PNG_FILLER_AFTER);
  png_set_interlace_handling(png_);
  png_read_update_info(png_, info_);
  return true;
}

bool PngReader::read_rows(uint8_t** rows) {
  if (setjmp(png_jmpbuf(png_))) return false;
  png_read_image(png_, rows);
  png_read_end(png_, info_);
  return true;
}

std::string_view PngReader::exif() const {
  png_uint_32 size = 0;
  png_bytep data = nullptr;
  if (png_get_eXIf_1(png_, info_, &size, &data) == 0) return {};
  return {reinterpret_cast<const char*>(data), size};
}

std::vector<PngReader::Text> PngReader::texts() const {
  png_textp texts = nullptr;
  const int count = png_get_text(png_, info_, &texts, nullptr);
  std::vector<Text> out;
  for (int i = 0; i < count; ++i) {
    const bool utf8 = texts[i].compression >= PNG_ITXT_COMPRESSION_NONE;
    const size_t length = utf8 ? texts[i].itxt_length : texts[i].text_length;
    out.push_back({texts[i].key, std::string(texts[i].text, length), utf8});
  }
  return out;
}

bool is_animated_png(std::string_view bytes) {
  for (size_t at = kSignature; at + 8 <= bytes.size();) {
    const std::string_view kind = bytes.substr(at + 4, 4);
    if (kind == "acTL") return true;
    if (kind == "IDAT") return false;
    at += kChunkFrame + big_endian(bytes, at);
  }
  return false;
}

std::vector<uint8_t> read_png_rgba(PngReader& reader, size_t file_bytes) {
  check(reader.read_header(), reader);
  check_size(reader.width(), reader.height());
  check_compression(reader.stored_bytes(), file_bytes, kBestPngCompression);
  check(reader.start(), reader);
  std::vector<uint8_t> pixels(reader.row_bytes() * static_cast<size_t>(reader.height()));
  std::vector<uint8_t*> rows(static_cast<size_t>(reader.height()));
  for (size_t y = 0; y < rows.size(); ++y) rows[y] = pixels.data() + y * reader.row_bytes();
  check(reader.read_rows(rows.data()), reader);
  return pixels;
}

}  // namespace big
