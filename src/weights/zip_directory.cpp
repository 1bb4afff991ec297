#include "zip_directory.h"

#include <algorithm>
#include <cstring>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50, kCentralHeader = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kZip64Locator = 0x07064b50, kZip64End = 0x06064b50;
constexpr uint64_t kLocalBytes = 30, kCentralBytes = 46, kEndBytes = 22, kLocatorBytes = 20, kEnd64Bytes = 56;
constexpr uint64_t kMaxComment = 0xffff;
constexpr uint32_t kIn64 = 0xffffffff;  // the number stands in the zip64 field instead
constexpr uint16_t kZip64Field = 1;

/// Reads little-endian numbers at checked places.
class Bytes {
 public:
  Bytes(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  template <class T>
  T number(uint64_t at) const {
    T value = 0;
    std::memcpy(&value, piece(at, sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view piece(uint64_t at, uint64_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at)
      fail(concat("bytes ", at, " to ", at + size, " lie outside of its ", bytes_.size()));
    return bytes_.substr(at, size);
  }
  uint64_t size() const { return bytes_.size(); }
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(
        concat(where_, ": the zip archive: ", what, "; the file is cut short or damaged: get it again"));
  }

 private:
  std::string_view bytes_;
  const std::string& where_;
};

/// The place of the end record, which only a comment may follow.
uint64_t find_end(const Bytes& file) {
  if (file.size() < kEndBytes) file.fail("it is too short");
  const uint64_t last = file.size() - kEndBytes;
  const uint64_t first = last > kMaxComment ? last - kMaxComment : 0;
  for (uint64_t at = last + 1; at-- > first;) {
    if (file.number<uint32_t>(at) == kEnd && file.number<uint16_t>(at + 20) == last - at) return at;
  }
  file.fail("it has no directory at its end");
}

/// What the end record says of the directory.
struct Directory {
  uint64_t entries = 0, bytes = 0, offset = 0;
};

Directory find_directory(const Bytes& file) {
  const uint64_t end = find_end(file);
  if (end >= kLocatorBytes && file.number<uint32_t>(end - kLocatorBytes) == kZip64Locator) {
    const auto at = file.number<uint64_t>(end - kLocatorBytes + 8);
    if (file.piece(at, kEnd64Bytes).size() != kEnd64Bytes || file.number<uint32_t>(at) != kZip64End)
      file.fail("its zip64 end record is not where it should be");
    return {file.number<uint64_t>(at + 32), file.number<uint64_t>(at + 40), file.number<uint64_t>(at + 48)};
  }
  return {file.number<uint16_t>(end + 10), file.number<uint32_t>(end + 12), file.number<uint32_t>(end + 16)};
}

/// One entry of the directory as it stands there.
struct CentralEntry {
  std::string name;
  uint64_t stored = 0, size = 0, header = 0;
  uint64_t next = 0;  ///< where the following entry begins
};

/// Fills in the numbers that do not fit their 32 bits from the entry's zip64 field, which holds just those.
void read_zip64_field(const Bytes& file, uint64_t at, uint64_t end, CentralEntry& entry) {
  while (end - at >= 4) {
    const auto kind = file.number<uint16_t>(at);
    const uint64_t length = file.number<uint16_t>(at + 2);
    if (length > end - at - 4) return;  // padding by writers that do not fill it in
    if (kind == kZip64Field) {
      uint64_t value = at + 4;
      for (uint64_t* number : {&entry.size, &entry.stored, &entry.header}) {
        if (*number != kIn64) continue;
        if (value + 8 > at + 4 + length) file.fail("an entry's zip64 field is too short");
        *number = file.number<uint64_t>(value);
        value += 8;
      }
    }
    at += 4 + length;
  }
}

CentralEntry read_central_entry(const Bytes& file, uint64_t at) {
  if (file.piece(at, kCentralBytes).size() != kCentralBytes || file.number<uint32_t>(at) != kCentralHeader)
    file.fail(concat("its directory is broken at byte ", at));
  const uint64_t name = file.number<uint16_t>(at + 28), extra = file.number<uint16_t>(at + 30),
                 comment = file.number<uint16_t>(at + 32);
  CentralEntry entry;
  entry.name = file.piece(at + kCentralBytes, name);
  entry.stored = file.number<uint32_t>(at + 20);
  entry.size = file.number<uint32_t>(at + 24);
  entry.header = file.number<uint32_t>(at + 42);
  const uint64_t extra_at = at + kCentralBytes + name;
  file.piece(extra_at, extra + comment);
  read_zip64_field(file, extra_at, extra_at + extra, entry);
  entry.next = extra_at + extra + comment;

  const std::string shown = concat("'", printable(utf8_prefix(entry.name, 200)), "'");
  if ((file.number<uint16_t>(at + 8) & 1) != 0) file.fail(concat(shown, " is encrypted"));
  if (file.number<uint16_t>(at + 10) != 0 || entry.stored != entry.size)
    file.fail(concat(shown, " is compressed, which torch.save never does"));
  return entry;
}

/// The place of an entry's bytes, after a header whose length only that header knows.
uint64_t data_of(const Bytes& file, const CentralEntry& entry) {
  if (file.piece(entry.header, kLocalBytes).size() != kLocalBytes ||
      file.number<uint32_t>(entry.header) != kLocalHeader)
    file.fail(concat("there is no file at byte ", entry.header, " where its directory says so"));
  const uint64_t names =
      uint64_t{file.number<uint16_t>(entry.header + 26)} + file.number<uint16_t>(entry.header + 28);
  const uint64_t data = entry.header + kLocalBytes + names;
  file.piece(data, entry.size);
  return data;
}

}  // namespace

std::map<std::string, ZipEntry> read_zip_directory(std::string_view archive, const std::string& where) {
  const Bytes file(archive, where);
  const Directory directory = find_directory(file);
  if (directory.entries > file.size() / kCentralBytes)
    file.fail(concat("it names ", directory.entries, " files, more than fit in it"));
  file.piece(directory.offset, directory.bytes);
  std::map<std::string, ZipEntry> entries;
  uint64_t at = directory.offset;
  for (uint64_t i = 0; i < directory.entries; ++i) {
    const CentralEntry entry = read_central_entry(file, at);
    if (!entries.emplace(entry.name, ZipEntry{data_of(file, entry), entry.size}).second)
      file.fail(concat("'", printable(utf8_prefix(entry.name, 200)), "' is there twice"));
    at = entry.next;
  }
  return entries;
}

}  // namespace big
