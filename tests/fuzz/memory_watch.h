#pragma once

#include <cstdint>

namespace big::fuzz {

/// Counts what is allocated, wherever in the process, between start() and peak(). Only the address sanitizer
/// tells of each allocation; without it the count is 0 and limit_address_space() is the guard.
class MemoryWatch {
 public:
  MemoryWatch();
  void start();
  /// The most bytes held at once since start(), beyond those held then.
  uint64_t peak() const;
};

/// Lets the process grow by `bytes` at most: what asks for more is refused by the system. Does nothing under
/// the address sanitizer, which reserves terabytes for itself.
void limit_address_space(uint64_t bytes);

}  // namespace big::fuzz
