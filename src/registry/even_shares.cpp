#include "even_shares.h"

#include <numeric>
#include <utility>

namespace big {
namespace {

/// n * part / whole to the nearest whole number.
int64_t share(int64_t n, int64_t part, int64_t whole) { return (2 * n * part + whole) / (2 * whole); }

}  // namespace

Turn turn_at(int64_t n, int64_t part, int64_t whole) {
  const int64_t before = share(n, part, whole);
  if (share(n + 1, part, whole) > before) return {true, before};
  return {false, n - before};
}

uint64_t mix_numbers(uint64_t seed, uint64_t n) {
  uint64_t z = seed + (n + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::vector<size_t> shuffled(size_t count, uint64_t seed, uint64_t round) {
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  const uint64_t key = mix_numbers(seed, round);
  for (size_t i = count; i > 1; --i) std::swap(order[i - 1], order[mix_numbers(key, i) % i]);
  return order;
}

}  // namespace big
