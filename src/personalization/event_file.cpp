#include "event_file.h"

#include <array>
#include <cstring>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr uint32_t kCastagnoli = 0x82f63b78;  // reflected
constexpr uint32_t kMaskDelta = 0xa282ead8;   // TensorFlow's tsl/lib/hash/crc32c.h

constexpr std::array<uint32_t, 256> crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < table.size(); ++byte) {
    uint32_t rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = rest >> 1 ^ ((rest & 1) != 0 ? kCastagnoli : 0);
    table[byte] = rest;
  }
  return table;
}

/// The lowest byte first, whatever the machine.
template <class Number>
std::string little_endian(Number number) {
  std::string bytes;
  for (size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xff);
  return bytes;
}

// Protocol buffers: a key (field number, wire type), then the value.
enum WireType { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

std::string key(int field, WireType type) { return varint(static_cast<uint64_t>(field) << 3 | type); }

std::string bytes_field(int field, const std::string& bytes) {
  return key(field, kBytes) + varint(bytes.size()) + bytes;
}

std::string double_field(int field, double value) {
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return key(field, kFixed64) + little_endian(bits);
}

std::string float_field(int field, float value) {
  uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  return key(field, kFixed32) + little_endian(bits);
}

// Event: wall_time 1, step 2, file_version 3, summary 5. Summary: value 1. Value: tag 1, simple_value 2.
std::string event(double time, int64_t step, const std::string& what) {
  const std::string at = step == 0 ? "" : key(2, kVarint) + varint(static_cast<uint64_t>(step));
  return double_field(1, time) + at + what;
}

}  // namespace

uint32_t masked_crc32c(std::string_view bytes) {
  static constexpr auto kTable = crc_table();
  uint32_t crc = 0xffffffff;
  for (const char byte : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  crc = ~crc;
  return (crc >> 15 | crc << 17) + kMaskDelta;
}

EventFile::EventFile(const fs::path& path, double time) : path_(path) {
  std::error_code ignored;
  fs::create_directories(path.parent_path(), ignored);  // the file tells of what failed
  file_.open(path, std::ios::binary | std::ios::trunc);
  write(event(time, 0, bytes_field(3, "brain.Event:2")));
}

void EventFile::add(const std::string& tag, int64_t step, double value, double time) {
  const std::string point = bytes_field(1, tag) + float_field(2, static_cast<float>(value));
  write(event(time, step, bytes_field(5, bytes_field(1, point))));
}

void EventFile::write(const std::string& event) {
  const std::string length = little_endian<uint64_t>(event.size());
  file_ << length << little_endian(masked_crc32c(length)) << event << little_endian(masked_crc32c(event));
  file_.flush();
  if (!file_) throw MachineError(concat(path_.string(), ": cannot be written (disk full, or no permission)"));
}

}  // namespace big
