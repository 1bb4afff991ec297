#pragma once

#include <optional>

#include "big/weights/safetensors.h"

namespace big {

/// write_safetensors that converts floating tensors to `dtype` one at a time while it writes, so that saving
/// never holds a second copy of the model.
void write_safetensors_as(const std::filesystem::path& path,
                          const NamedTensors& tensors,
                          std::optional<torch::ScalarType> dtype,
                          const std::map<std::string, std::string>& metadata);

}  // namespace big
