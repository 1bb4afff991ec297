#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace big {

/// A turn that is dealt to one of two sides.
struct Turn {
  bool is_part = false;  ///< it goes to the part
  int64_t turn = 0;      ///< the number of turns that the same side had before
};
/// Turn n where part / whole of all turns (0 ... 1) go to the part, dealt out evenly: after any number of turns each
/// side has had its share of them to the nearest whole number.
Turn turn_at(int64_t n, int64_t part, int64_t whole);

/// SplitMix64 (Steele, Lea and Flood 2014): a well-mixed number of two.
uint64_t mix_numbers(uint64_t seed, uint64_t n);

/// The numbers 0 .. count-1 in an order of their own for each (seed, round): Fisher and Yates.
std::vector<size_t> shuffled(size_t count, uint64_t seed, uint64_t round);

}  // namespace big
