#include <optional>

#include "mutate.h"

namespace big::fuzz {
namespace {

constexpr int kDeepest = 3;
constexpr size_t kMostProtobufChanges = 4;

enum Wire : uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

/// One field as it stands on the wire: a varint's value, or the bytes of the others. Bytes that are a message
/// themselves are held as its fields.
struct Field {
  uint64_t tag = 0;
  uint64_t value = 0;
  std::string bytes;
  std::vector<Field> message;
};

std::optional<uint64_t> take_varint(const std::string& bytes, size_t& at) {
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && at < bytes.size(); shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes[at++]);
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

void put_varint(std::string& out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// The fields of a message, or nothing where the bytes are none.
std::optional<std::vector<Field>> parse(const std::string& bytes, int depth) {
  std::vector<Field> fields;
  for (size_t at = 0; at < bytes.size();) {
    Field field;
    const auto tag = take_varint(bytes, at);
    if (!tag || *tag >> 3 == 0 || *tag >> 3 > 100) return std::nullopt;
    field.tag = *tag;
    size_t size = 0;
    const uint64_t wire = *tag & 7;
    if (wire == kVarint || wire == kBytes) {
      const auto number = take_varint(bytes, at);
      if (!number) return std::nullopt;
      (wire == kVarint ? field.value : size) = *number;
    } else if (wire == kFixed32 || wire == kFixed64) {
      size = wire == kFixed32 ? 4 : 8;
    } else {
      return std::nullopt;
    }
    if (size > bytes.size() - at) return std::nullopt;
    field.bytes = bytes.substr(at, size);
    at += size;
    if (wire == kBytes && depth < kDeepest && size > 1) {
      if (auto inner = parse(field.bytes, depth + 1)) field.message = std::move(*inner);
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

std::string serialized(const std::vector<Field>& fields) {
  std::string out;
  for (const Field& field : fields) {
    put_varint(out, field.tag);
    const std::string bytes = field.message.empty() ? field.bytes : serialized(field.message);
    if ((field.tag & 7) == kVarint) put_varint(out, field.value);
    if ((field.tag & 7) == kBytes) put_varint(out, bytes.size());
    out += bytes;
  }
  return out;
}

void change(std::vector<Field>& fields, Random& random) {
  if (fields.empty()) return;
  // Models hold a thousand pieces and two specifications: those at the end are met as often.
  const size_t at = random.one_in(2) ? fields.size() - 1 - random.below(std::min<size_t>(4, fields.size()))
                                     : random.below(fields.size());
  Field& field = fields[at];
  const auto here = fields.begin() + static_cast<std::ptrdiff_t>(at);
  const size_t kind = random.below(12);
  if (kind == 0) {
    fields.erase(here);
  } else if (kind == 1) {
    fields.insert(here, Field(field));
  } else if (kind == 2) {
    std::swap(field, random.pick(fields));
  } else if (kind == 3) {
    field.tag ^= uint64_t{1} << random.below(6);
  } else if (!field.message.empty()) {
    change(field.message, random);
  } else if ((field.tag & 7) == kVarint) {
    field.value = random.one_in(2) ? random.below(8) : hostile_number(random);
  } else if ((field.tag & 7) == kBytes) {
    for (size_t changes = 1 + random.below(4); changes > 0; --changes) change_bytes(field.bytes, {}, random);
  } else {
    // Floats: zero, infinite, not a number, huge.
    static const std::string kFloats[] = {std::string(8, '\0'), std::string("\0\0\x80\x7f\0\0\xf0\x7f", 8),
                                          std::string(8, '\xff'),
                                          std::string("\xff\xff\x7f\x7f\xff\xff\xef\x7f", 8)};
    field.bytes = kFloats[random.below(4)].substr(0, field.bytes.size());
  }
}

}  // namespace

std::string mutate_protobuf(const std::vector<std::string>& seeds, Random& random) {
  if (random.one_in(6)) return mutate_bytes(seeds, random);
  auto fields = parse(random.pick(seeds), 0);
  if (!fields) return mutate_bytes(seeds, random);
  for (size_t changes = 1 + random.below(kMostProtobufChanges); changes > 0; --changes) change(*fields, random);
  std::string bytes = serialized(*fields);
  if (random.one_in(8)) change_bytes(bytes, seeds, random);
  return bytes;
}

}  // namespace big::fuzz
