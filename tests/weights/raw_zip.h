#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace big {

/// Appends `value`'s low bytes, little-endian.
inline void put(std::string& out, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
}

/// A zip archive of stored files, as torch.save makes them (without checksums, which nobody reads).
inline std::string raw_zip(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string out, directory;
  for (const auto& [name, bytes] : files) {
    const uint64_t header = out.size();
    const auto common = [&](std::string& to) {
      put(to, 0, 2);  // flags
      put(to, 0, 2);  // stored
      put(to, 0, 8);  // time and checksum
      put(to, bytes.size(), 4);
      put(to, bytes.size(), 4);
      put(to, name.size(), 2);
      put(to, 0, 2);  // extra
    };
    put(out, 0x04034b50, 4);
    put(out, 0, 2);
    common(out);
    out += name + bytes;
    put(directory, 0x02014b50, 4);
    put(directory, 0, 4);
    common(directory);
    put(directory, 0, 10);  // comment, disk, attributes
    put(directory, header, 4);
    directory += name;
  }
  const uint64_t offset = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, files.size(), 2);
  put(out, files.size(), 2);
  put(out, directory.size(), 4);
  put(out, offset, 4);
  put(out, 0, 2);
  return out;
}

/// torch.save's archive around a pickle.
inline std::string raw_checkpoint(const std::string& pickle,
                                  const std::string& storage = std::string(64, '\0')) {
  return raw_zip(
      {{"archive/data.pkl", pickle}, {"archive/byteorder", "little"}, {"archive/data/0", storage}});
}

}  // namespace big
