#include "brownian.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

namespace big {
namespace {

/// Between points this close the path is taken for straight.
constexpr int kDepth = 16;

/// Where the share u of the tree lies in time: as Karras' levels do, so that it is as fine for little noise
/// as for much (and a last bit's difference in a level changes little).
double time_of(double u, double end) { return end * std::pow(u, 7); }

/// SplitMix64: numbers in order become seeds without order.
uint64_t mixed(uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// The numbers of one node of a picture's tree: node 1 is the end, 2 its middle, 2n and 2n + 1 the middles of
/// the halves below n. (Not the picture's own stream: the first latents came from that.)
torch::Tensor node_noise(uint64_t seed, uint64_t node, const std::vector<int64_t>& shape) {
  auto generator = at::make_generator<at::CPUGeneratorImpl>(mixed(mixed(seed) ^ node));
  return torch::randn(shape, generator, torch::kFloat32).to(torch::kFloat64);
}

}  // namespace

BrownianMotion::BrownianMotion(std::vector<uint64_t> seeds, std::vector<int64_t> shape, double end)
    : seeds_(std::move(seeds)), shape_(std::move(shape)), end_(end) {}

torch::Tensor BrownianMotion::at(double t, uint64_t seed) const {
  double u_low = 0, u_high = 1, low = 0, high = end_;
  auto w_low = torch::zeros(shape_, torch::kFloat64), w_high = node_noise(seed, 1, shape_) * std::sqrt(end_);
  uint64_t node = 2;
  for (int depth = 0; depth < kDepth && t > low && t < high; ++depth) {
    const double u = (u_low + u_high) / 2, middle = time_of(u, end_);
    const double share = (middle - low) / (high - low);
    const auto w_middle = w_low + (w_high - w_low) * share +
                          node_noise(seed, node, shape_) * std::sqrt((middle - low) * (1 - share));
    const bool right = t >= middle;
    (right ? low : high) = middle;
    (right ? u_low : u_high) = u;
    (right ? w_low : w_high) = w_middle;
    node = 2 * node + (right ? 1 : 0);
  }
  return w_low + (w_high - w_low) * ((std::clamp(t, low, high) - low) / (high - low));
}

torch::Tensor BrownianMotion::way(double from, double to) const {
  std::vector<torch::Tensor> pictures;
  const double scale = from == to ? 0 : 1 / std::sqrt(std::abs(to - from));
  for (const uint64_t seed : seeds_) pictures.push_back((at(to, seed) - at(from, seed)) * scale);
  return torch::stack(pictures);
}

}  // namespace big
