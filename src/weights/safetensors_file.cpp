#include <cstring>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/safetensors.h"
#include "mapped_file.h"
#include "safetensors_header.h"

namespace big {
namespace {

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // safetensors' own limit

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path) : TensorFile(path) {
  if (mapping().size() < kLengthBytes + 2)
    throw InputError(concat(path.string(), ": is too short for a safetensors file"));
  uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, mapping().data(), kLengthBytes);
  const uint64_t rest = mapping().size() - kLengthBytes;
  if (header_bytes > kMaxHeaderBytes || header_bytes > rest) {
    throw InputError(concat(path.string(), ": says its header has ", header_bytes, " bytes, the file has ",
                            rest, " after the length: not a safetensors file, or cut short"));
  }
  data_offset_ = kLengthBytes + header_bytes;
  auto header = parse_safetensors_header(mapping().bytes().substr(kLengthBytes, header_bytes),
                                         rest - header_bytes, path.string());
  entries_ = std::move(header.entries);
  metadata_ = std::move(header.metadata);
}

}  // namespace big
