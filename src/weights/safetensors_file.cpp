#include <algorithm>
#include <cstring>

#include "big/core/error.h"
#include "big/core/file_kind.h"
#include "big/core/text.h"
#include "big/weights/safetensors.h"
#include "mapped_file.h"
#include "safetensors_header.h"

namespace big {
namespace {

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // safetensors' own limit

/// The header's length that the file says, where it can be true.
uint64_t header_length(std::string_view bytes, const std::string& where) {
  uint64_t length = 0;
  const uint64_t rest = bytes.size() - std::min<uint64_t>(bytes.size(), kLengthBytes);
  std::memcpy(&length, bytes.data(), std::min<uint64_t>(bytes.size(), kLengthBytes));
  if (rest >= 2 && length <= std::min(kMaxHeaderBytes, rest) && bytes[kLengthBytes] == '{') return length;
  const std::string kind = kind_of_foreign_file(bytes);
  if (!kind.empty()) throw InputError(concat(where, ": is no safetensors file but ", kind));
  throw InputError(concat(where, ": says its header has ", length, " bytes, the file has ", rest,
                          " after the length: not a safetensors file, or cut short"));
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : TensorFile(path) {
  const uint64_t header_bytes = header_length(mapping().bytes(), path.string());
  const uint64_t rest = mapping().size() - kLengthBytes;
  data_offset_ = kLengthBytes + header_bytes;
  auto header = parse_safetensors_header(mapping().bytes().substr(kLengthBytes, header_bytes),
                                         rest - header_bytes, path.string());
  entries_ = std::move(header.entries);
  metadata_ = std::move(header.metadata);
}

}  // namespace big
