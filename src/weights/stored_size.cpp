#include "big/weights/stored_size.h"

#include "big/weights/state_dict.h"

namespace big {
namespace {

/// From the shape, for the bytes of a checkpoint's tensor may be shared with another.
uint64_t values_of_shape(const std::vector<int64_t>& shape) {
  uint64_t values = 1;
  for (const int64_t side : shape) values *= static_cast<uint64_t>(side);
  return values;
}

}  // namespace

StoredSize stored_size(const std::filesystem::path& folder, const std::string& stem) {
  StoredSize size;
  for (const auto& path : weight_files(folder, stem)) {
    const auto file = open_tensor_file(path);
    size.bytes += std::filesystem::file_size(path);
    for (const auto& [name, entry] : file->entries()) size.values += values_of_shape(entry.shape);
  }
  return size;
}

StoredSize stored_size(const StoredTensors& tensors) {
  StoredSize size;
  for (const auto& [name, tensor] : tensors) {
    const uint64_t values = values_of_shape(tensor.shape());
    size.values += values;
    size.bytes += values * c10::elementSize(tensor.dtype());
  }
  return size;
}

}  // namespace big
