#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace big {

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

/// The bytes behind a safetensors file's header.
inline std::string data_of(const std::filesystem::path& path) {
  const std::string bytes = read_bytes(path);
  uint64_t header = 0;
  std::memcpy(&header, bytes.data(), sizeof header);
  return bytes.substr(sizeof header + header);
}

/// A safetensors file with any header and data, right or wrong.
inline std::filesystem::path write_raw(const std::filesystem::path& folder,
                                       const std::string& header,
                                       const std::string& data) {
  const auto path = folder / "raw.safetensors";
  const uint64_t length = header.size();
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&length), sizeof length);
  out << header << data;
  return path;
}

}  // namespace big
