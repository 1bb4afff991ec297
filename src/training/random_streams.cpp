#include "random_streams.h"

namespace big {

uint64_t SplitMix::next() {
  state_ += 0x9e3779b97f4a7c15ull;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

uint64_t SplitMix::below(uint64_t bound) {
  // Numbers past the last whole multiple of the bound would favour small results: draw again.
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

uint64_t mix_seed(uint64_t seed, Stream stream, uint64_t n) {
  const uint64_t of_stream = SplitMix(seed ^ (static_cast<uint64_t>(stream) << 56)).next();
  return SplitMix(of_stream + n).next();
}

}  // namespace big
