#pragma once

#include <cstdint>

namespace big {

/// Bytes that programs can still get: MemAvailable of the kernel, or what is left of the container's limit.
uint64_t available_memory_bytes();

}  // namespace big
