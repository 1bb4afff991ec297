#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <string>

#include "big/modules/module.h"

namespace big {

/// Finds a recorded input by the argument's name in the Python library; undefined where none was recorded.
using RecordedInput = std::function<torch::Tensor(const std::string& argument)>;

/// Runs one block of a network on its own with the inputs that the Python library's block had. Down blocks
/// give all their pictures. Nothing where the module is no block that the references name.
std::optional<std::vector<torch::Tensor>> run_block(Module& module, const RecordedInput& input);

}  // namespace big
