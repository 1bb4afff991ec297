#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace big {

/// A memory-mapped .safetensors file. Opening reads the header alone and checks everything in it (size, JSON,
/// dtypes, shapes, offsets within the file and not overlapping), so that no file can crash or exhaust the
/// program. Format: https://github.com/huggingface/safetensors. Tensors share the mapping, which lives as
/// long as any of them.
class SafetensorsFile {
 public:
  struct Entry {
    torch::ScalarType dtype;
    std::vector<int64_t> shape;
    uint64_t begin = 0, end = 0;  ///< bytes from the start of the data
  };
  /// Throws InputError naming the file and what is wrong where.
  explicit SafetensorsFile(const std::filesystem::path& path);
  const std::map<std::string, Entry>& entries() const { return entries_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  bool has(const std::string& name) const { return entries_.count(name) != 0; }
  /// The tensor as stored, read-only by convention (a private mapping: writes never reach the file).
  torch::Tensor tensor(const std::string& name) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  struct Mapping;
  std::filesystem::path path_;
  std::shared_ptr<Mapping> mapping_;
  uint64_t data_offset_ = 0;
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Writes tensors (any device; made contiguous) as the Python library does: larger dtypes first, then by
/// name, header padded to 8 bytes. Streams through a file beside and renames. `metadata` values are strings;
/// {"format","pt"} is what transformers insists on.
void write_safetensors(const std::filesystem::path& path,
                       const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = {{"format", "pt"}});

}  // namespace big
