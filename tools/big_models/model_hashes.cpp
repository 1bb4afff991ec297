#include "model_hashes.h"

#include <cstring>
#include <fstream>

#include "big/core/sha256.h"

namespace big {
namespace {

constexpr uint64_t kLengthBytes = 8;

/// `size` bytes from `offset`, fewer at the file's end.
std::string bytes_at(const std::filesystem::path& file, uint64_t offset, uint64_t size) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(offset));
  std::string bytes(size, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

/// Where a safetensors file's data begin, or 0 for other files.
uint64_t data_offset(const std::filesystem::path& file) {
  const std::string head = bytes_at(file, 0, kLengthBytes + 1);
  if (head.size() <= kLengthBytes || head.back() != '{') return 0;
  uint64_t header = 0;
  std::memcpy(&header, head.data(), kLengthBytes);
  return kLengthBytes + header;
}

}  // namespace

OrderedJson hashes_json(const std::filesystem::path& file) {
  constexpr uint64_t kOldOffset = 1 << 20, kOldBytes = 1 << 16;
  const std::string sha256 = sha256_of_files({file});
  OrderedJson hashes = {{"sha256", sha256},
                        {"autov2", sha256.substr(0, 10)},
                        {"autov1", sha256_hex(bytes_at(file, kOldOffset, kOldBytes)).substr(0, 8)}};
  if (const uint64_t offset = data_offset(file); offset > 0)
    hashes["autov3"] = sha256_of_file_from(file, offset).substr(0, 12);
  return hashes;
}

}  // namespace big
