#include <algorithm>
#include <cstring>

#include "mutate.h"

namespace big::fuzz {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr size_t kMostSafetensorsChanges = 3;

struct Parts {
  Json header;
  std::string data;
};

Parts split(const std::string& file) {
  uint64_t length = 0;
  if (file.size() < kLengthBytes) return {Json::object(), ""};
  std::memcpy(&length, file.data(), kLengthBytes);
  length = std::min<uint64_t>(length, file.size() - kLengthBytes);
  Json header = Json::parse(file.substr(kLengthBytes, length), nullptr, false);
  return {header.is_object() ? header : Json::object(), file.substr(kLengthBytes + length)};
}

/// Offsets reversed, moved or taken from another tensor; sides of the shape that overflow when multiplied.
void change_layout(Json& header, Random& random) {
  std::vector<Json*> tensors;
  for (auto& [name, entry] : header.items()) {
    if (entry.is_object() && entry.contains("data_offsets") && entry.contains("shape"))
      tensors.push_back(&entry);
  }
  if (tensors.empty()) return;
  Json& tensor = *random.pick(tensors);
  Json& offsets = tensor["data_offsets"];
  Json& shape = tensor["shape"];
  switch (random.below(5)) {
    case 0:
      if (offsets.is_array()) std::reverse(offsets.begin(), offsets.end());
      return;
    case 1:
      offsets = (*random.pick(tensors))["data_offsets"];
      return;
    case 2:
      if (offsets.is_array() && !offsets.empty())
        offsets[random.below(offsets.size())] = hostile_number(random);
      return;
    case 3:
      if (shape.is_array()) shape.push_back(hostile_number(random));
      return;
    default:
      if (shape.is_array() && !shape.empty()) shape[random.below(shape.size())] = hostile_number(random);
  }
}

}  // namespace

std::string mutate_safetensors(const std::vector<std::string>& seeds, Random& random) {
  if (random.one_in(4)) return mutate_bytes(seeds, random);
  Parts parts = split(random.pick(seeds));
  const std::vector<Json> donors = {split(random.pick(seeds)).header};
  for (size_t changes = random.below(kMostSafetensorsChanges); changes > 0; --changes) {
    if (random.one_in(2)) {
      change_layout(parts.header, random);
    } else {
      change_json(parts.header, donors, random);
    }
  }
  if (random.one_in(3)) change_bytes(parts.data, seeds, random);
  std::string header = hostile_dump(parts.header, random);
  if (random.one_in(4)) header.resize((header.size() + 7) / 8 * 8, ' ');
  uint64_t length = header.size();
  if (random.one_in(8)) length = random.one_in(2) ? length + random.below(9) - 4 : hostile_number(random);
  return std::string(reinterpret_cast<const char*>(&length), kLengthBytes) + header + parts.data;
}

}  // namespace big::fuzz
