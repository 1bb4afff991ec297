#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace big {

/// Tensors by name, in an order.
using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

}  // namespace big
