#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "big/weights/stored_tensor.h"

namespace big {

/// What the weights of one network come to, told by the headers of its files.
struct StoredSize {
  uint64_t values = 0;  ///< numbers of all tensors together
  uint64_t bytes = 0;   ///< of the files
};
/// Of `folder/<stem>.safetensors` and its other forms, as load_weights finds them. Throws InputError.
StoredSize stored_size(const std::filesystem::path& folder, const std::string& stem);

/// Of these tensors; bytes as they are stored.
StoredSize stored_size(const StoredTensors& tensors);

}  // namespace big
