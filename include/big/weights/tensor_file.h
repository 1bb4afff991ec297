#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "big/modules/named_tensors.h"

namespace big {

class MappedFile;

/// A memory-mapped file of named tensors, whatever its format. Opening one reads names, types and shapes
/// alone and checks them, so that no file can crash or exhaust the program. Tensors share the mapping, which
/// lives as long as any of them.
class TensorFile {
 public:
  struct Entry {
    torch::ScalarType dtype = torch::kFloat32;
    std::vector<int64_t> shape;
    uint64_t begin = 0, end = 0;        ///< bytes from the start of the file's data
    std::vector<int64_t> strides = {};  ///< in elements; empty: rows one after the other
  };
  const std::map<std::string, Entry>& entries() const { return entries_; }
  /// What the file says about itself in words (safetensors' __metadata__, a checkpoint's own numbers and
  /// strings such as `global_step`).
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  bool has(const std::string& name) const { return entries_.count(name) != 0; }
  /// The tensor as stored, read-only by convention (a private mapping: writes never reach the file). Throws
  /// InputError where there is none of that name.
  torch::Tensor tensor(const std::string& name) const;
  const std::filesystem::path& path() const { return path_; }

 protected:
  explicit TensorFile(const std::filesystem::path& path);
  const MappedFile& mapping() const { return *mapping_; }
  uint64_t data_offset_ = 0;  ///< of the data within the file
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> metadata_;

 private:
  std::filesystem::path path_;
  std::shared_ptr<const MappedFile> mapping_;
};

/// Opens a .safetensors file or a checkpoint of torch.save, told by content. Throws InputError naming the
/// file and what is wrong where.
std::shared_ptr<const TensorFile> open_tensor_file(const std::filesystem::path& path);

}  // namespace big
