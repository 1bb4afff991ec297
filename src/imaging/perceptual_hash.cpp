#include "perceptual_hash.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "big/imaging/resize.h"

namespace big {
namespace {

constexpr int kSide = kHashedSide, kFrequencies = 8;

/// cos of DCT-II's frequency k at sample i.
double wave(int k, int i) { return std::cos(M_PI * k * (2 * i + 1) / (2.0 * kSide)); }

std::array<double, kFrequencies * kFrequencies> low_frequencies(const Plane& plane) {
  std::array<double, kFrequencies * kSide> rows{};
  for (int k = 0; k < kFrequencies; ++k)
    for (int y = 0; y < kSide; ++y)
      for (int x = 0; x < kSide; ++x) rows[static_cast<size_t>(k * kSide + y)] += wave(k, x) * plane.at(x, y);
  std::array<double, kFrequencies * kFrequencies> both{};
  for (int l = 0; l < kFrequencies; ++l)
    for (int k = 0; k < kFrequencies; ++k)
      for (int y = 0; y < kSide; ++y)
        both[static_cast<size_t>(l * kFrequencies + k)] += wave(l, y) * rows[static_cast<size_t>(k * kSide + y)];
  return both;
}

}  // namespace

uint64_t perceptual_hash(const Image& image) {
  const auto frequencies = low_frequencies(brightness(resize(image, kSide, kSide)));
  auto sorted = frequencies;
  std::ranges::sort(sorted);
  const double median = (sorted[31] + sorted[32]) / 2;
  uint64_t hash = 0;
  for (const double value : frequencies) hash = hash << 1 | static_cast<uint64_t>(value > median);
  return hash;
}

int hash_distance(uint64_t a, uint64_t b) { return std::popcount(a ^ b); }

}  // namespace big
