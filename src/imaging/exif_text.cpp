#include "exif_text.h"

#include <libexif/exif-data.h>

#include <limits>
#include <memory>
#include <vector>

#include "big/core/text.h"
#include "orientation.h"

namespace big {

namespace {

using namespace std::string_view_literals;

constexpr auto kUnicode = "UNICODE\0"sv, kAscii = "ASCII\0\0\0"sv, kUndefined = "\0\0\0\0\0\0\0\0"sv;
/// Begins the MakerNote, so that no other maker's is taken for ours.
constexpr auto kMaker = "BIG\0"sv;
constexpr const char* kParameters = "parameters";

// TIFF 6.0 and EXIF 2.32.
constexpr uint32_t kExifPointer = 0x8769, kMakerNote = 0x927c, kUserComment = 0x9286;
constexpr uint32_t kLong = 4, kUndefinedType = 7;
constexpr size_t kFirstDirectory = 8, kEntry = 12;

void put(std::string& out, uint32_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

struct Entry {
  uint32_t tag;
  std::string value;
};

size_t directory_size(size_t entries) { return 2 + entries * kEntry + 4; }

void put_entry(std::string& out, uint32_t tag, uint32_t type, size_t count, size_t value) {
  put(out, tag, 2);
  put(out, type, 2);
  put(out, static_cast<uint32_t>(count), 4);
  put(out, static_cast<uint32_t>(value), 4);
}

/// Code points of UTF-8 that is known to be valid.
std::string utf16_big_endian(std::string_view utf8) {
  std::string out;
  for (size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<uint8_t>(utf8[i]);
    const size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t point = length == 1 ? lead : lead & (0x7f >> length);
    for (size_t k = 1; k < length; ++k) point = point << 6 | (static_cast<uint8_t>(utf8[i + k]) & 0x3f);
    i += length;
    if (point < 0x10000) {
      put(out, point, 2);
    } else {
      put(out, 0xd800 + ((point - 0x10000) >> 10), 2);
      put(out, 0xdc00 + ((point - 0x10000) & 0x3ff), 2);
    }
  }
  return out;
}

void put_utf8(std::string& out, uint32_t point) {
  const int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr uint32_t kLead[] = {0, 0xc0, 0xe0, 0xf0};
  out += static_cast<char>(kLead[more] | point >> (6 * more));
  for (int k = more - 1; k >= 0; --k) out += static_cast<char>(0x80 | (point >> (6 * k) & 0x3f));
}

/// What cannot be (half of a pair alone) becomes U+FFFD.
std::string utf8_of(const std::vector<uint32_t>& units) {
  std::string out;
  for (size_t i = 0; i < units.size(); ++i) {
    const uint32_t unit = units[i];
    const bool pair = unit >= 0xd800 && unit < 0xdc00 && i + 1 < units.size() && units[i + 1] >= 0xdc00 &&
                      units[i + 1] < 0xe000;
    if (pair) {
      put_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (units[++i] - 0xdc00));
    } else {
      put_utf8(out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit);
    }
  }
  return out;
}

/// EXIF says nothing of the order: a byte order mark does, else the order in which more characters are those
/// of the first page (spaces and commas stand in any text).
std::string from_utf16(std::string_view bytes) {
  size_t first_page = 0, other_way = 0;
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    first_page += bytes[i] == 0;
    other_way += bytes[i + 1] == 0;
  }
  const bool marked = bytes.starts_with("\xfe\xff"sv) || bytes.starts_with("\xff\xfe"sv);
  const bool little = marked ? bytes[0] == '\xff' : other_way > first_page;
  std::vector<uint32_t> units;
  for (size_t i = marked ? 2 : 0; i + 1 < bytes.size(); i += 2) {
    const auto a = static_cast<uint8_t>(bytes[i]), b = static_cast<uint8_t>(bytes[i + 1]);
    units.push_back(little ? b << 8 | a : a << 8 | b);
  }
  return utf8_of(units);
}

std::string without_padding(std::string_view text) {
  const size_t end = text.find('\0');
  return std::string(text.substr(0, end));
}

std::string comment_text(std::string_view comment) {
  if (comment.starts_with(kUnicode)) return without_padding(from_utf16(comment.substr(kUnicode.size())));
  for (const auto code : {kAscii, kUndefined}) {
    if (comment.starts_with(code)) comment.remove_prefix(code.size());
  }
  const std::string text = without_padding(comment);
  return is_valid_utf8(text) ? text : "";
}

std::string_view bytes_of(ExifData* data, ExifTag tag) {
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_EXIF], tag);
  if (!entry || !entry->data) return {};
  return {reinterpret_cast<const char*>(entry->data), entry->size};
}

}  // namespace

std::string make_exif(const PngText& text) {
  std::vector<Entry> entries;  // by rising tag
  if (const auto own = text.find(kOwnTextKeyword); own != text.end())
    entries.push_back({kMakerNote, std::string(kMaker) + own->second});
  if (const auto parameters = text.find(kParameters); parameters != text.end())
    entries.push_back({kUserComment, std::string(kUnicode) + utf16_big_endian(parameters->second)});
  if (entries.empty()) return "";

  std::string out("MM\0*", 4);
  put(out, kFirstDirectory, 4);
  const size_t second_directory = kFirstDirectory + directory_size(1);
  put(out, 1, 2);
  put_entry(out, kExifPointer, kLong, 1, second_directory);
  put(out, 0, 4);  // no further directory
  size_t at = second_directory + directory_size(entries.size());
  put(out, static_cast<uint32_t>(entries.size()), 2);
  for (const Entry& entry : entries) {
    put_entry(out, entry.tag, kUndefinedType, entry.value.size(), at);
    at += entry.value.size();
  }
  put(out, 0, 4);
  for (const Entry& entry : entries) out += entry.value;
  return out;
}

PngText read_exif_text(std::string_view exif) {
  if (exif.empty() || exif.size() > std::numeric_limits<unsigned>::max() / 2) return {};
  const std::string block = with_exif_head(exif);
  const std::unique_ptr<ExifData, decltype(&exif_data_unref)> data(exif_data_new(), &exif_data_unref);
  if (!data) return {};
  // As written: libexif would mend what it thinks is wrong.
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  exif_data_load_data(data.get(), reinterpret_cast<const unsigned char*>(block.data()),
                      static_cast<unsigned>(block.size()));
  PngText out;
  if (const auto text = comment_text(bytes_of(data.get(), EXIF_TAG_USER_COMMENT)); !text.empty())
    out[kParameters] = text;
  const auto own = bytes_of(data.get(), EXIF_TAG_MAKER_NOTE);
  if (own.starts_with(kMaker) && is_valid_utf8(own.substr(kMaker.size())))
    out[kOwnTextKeyword] = own.substr(kMaker.size());
  return out;
}

}  // namespace big
