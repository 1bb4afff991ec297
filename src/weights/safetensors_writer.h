#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "big/weights/safetensors.h"

namespace big {

/// write_safetensors that converts floating tensors to `dtype` one at a time while it writes, so that saving
/// never holds a second copy of the model.
void write_safetensors_as(const std::filesystem::path& path,
                          const NamedTensors& tensors,
                          std::optional<torch::ScalarType> dtype,
                          const std::map<std::string, std::string>& metadata);

/// A tensor that exists only while it is written.
struct TensorSource {
  std::string name;
  torch::ScalarType dtype;  ///< to write; load()'s result is converted
  std::vector<int64_t> shape;
  std::function<torch::Tensor()> load;  ///< any device, of that shape
};

/// Writes tensors one after the other as they are loaded, in the order of write_safetensors.
void write_safetensors_from(const std::filesystem::path& path,
                            std::vector<TensorSource> sources,
                            const std::map<std::string, std::string>& metadata);

}  // namespace big
