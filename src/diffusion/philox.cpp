#include "philox.h"

#include <ATen/core/PhiloxRNGEngine.h>

#include <cmath>
#include <numbers>

namespace big {
namespace {

/// cuRAND's: each 32-bit number stands for the middle of its 2^-32 wide share of (0, 1).
double unit(uint32_t x) { return (x + 0.5) * 0x1p-32; }

/// The sine half of Box and Muller's pair (cuRAND gives it first).
float normal_of(uint32_t x, uint32_t y) {
  return static_cast<float>(std::sqrt(-2 * std::log(unit(x))) * std::sin(2 * std::numbers::pi * unit(y)));
}

}  // namespace

torch::Tensor philox_normal(uint64_t seed, uint64_t draws, at::IntArrayRef shape) {
  const auto numbers = torch::empty(shape, torch::kFloat32);
  float* out = numbers.data_ptr<float>();
  for (int64_t i = 0; i < numbers.numel(); ++i) {
    at::Philox4_32 engine(seed, static_cast<uint64_t>(i), draws);
    const uint32_t x = engine(), y = engine();
    out[i] = normal_of(x, y);
  }
  return numbers;
}

}  // namespace big
