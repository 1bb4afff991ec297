#pragma once

#include <torch/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace big {

/// One row of the table that ties the format's names to torch's types, in the format's own order (which
/// decides where a writer puts a tensor).
struct SafetensorsDtype {
  std::string_view name;
  torch::ScalarType type;
};

/// The stored type of that name, or nullptr.
const SafetensorsDtype* find_dtype(std::string_view name);
/// The stored type for `type`, or nullptr where the format has none.
const SafetensorsDtype* find_dtype(torch::ScalarType type);
/// All names, for messages.
std::vector<std::string> dtype_names();

}  // namespace big
