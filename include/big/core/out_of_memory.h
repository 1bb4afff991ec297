#pragma once

#include <string>

namespace big {

/// True for libtorch's messages about memory, which it reports by message alone.
bool is_out_of_memory(const std::string& message);

}  // namespace big
