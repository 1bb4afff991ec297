#pragma once

#include <torch/types.h>

#include <optional>
#include <string_view>

namespace big {

/// The element type of torch's storage classes ("FloatStorage"), or nothing.
std::optional<torch::ScalarType> storage_dtype(std::string_view storage_class);
/// The type that torch calls so ("float8_e4m3fn"), or nothing.
std::optional<torch::ScalarType> named_dtype(std::string_view name);

}  // namespace big
