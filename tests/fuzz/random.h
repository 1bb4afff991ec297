#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace big::fuzz {

/// Numbers that are the same everywhere for one seed (the standard's distributions are not).
class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}
  uint64_t bits() { return engine_(); }
  /// From 0 to `bound` - 1; 0 for a bound of 0.
  size_t below(size_t bound) { return bound == 0 ? 0 : static_cast<size_t>(engine_() % bound); }
  bool one_in(size_t n) { return below(n) == 0; }
  /// One element of a container that is not empty.
  template <class Container>
  auto& pick(Container& container) {
    return container[below(container.size())];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace big::fuzz
