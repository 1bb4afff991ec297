#include "protobuf.h"

#include <optional>

namespace big {
namespace {

// Wire types of the format; groups (3 and 4) have not been written for a long time.
constexpr uint64_t kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5;

/// The number in front, which is taken off.
std::optional<uint64_t> take_varint(std::string_view& bytes) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

/// Bytes that a field's value takes; a varint's are taken already.
std::optional<uint64_t> size_of_value(uint64_t wire, std::string_view& bytes) {
  if (wire == kFixed64) return 8;
  if (wire == kFixed32) return 4;
  if (wire == kBytes) return take_varint(bytes);
  if (wire == kVarint && take_varint(bytes)) return 0;
  return std::nullopt;
}

}  // namespace

bool visit_protobuf_bytes(std::string_view message,
                          const std::function<void(uint64_t number, std::string_view bytes)>& visit) {
  while (!message.empty()) {
    const auto tag = take_varint(message);
    if (!tag || *tag > UINT32_MAX || *tag >> 3 == 0) return false;
    const auto size = size_of_value(*tag & 7, message);
    if (!size || *size > message.size()) return false;
    if ((*tag & 7) == kBytes) visit(*tag >> 3, message.substr(0, *size));
    message.remove_prefix(*size);
  }
  return true;
}

}  // namespace big
