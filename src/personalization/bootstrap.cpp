#include "bootstrap.h"

#include <algorithm>
#include <numeric>
#include <random>

namespace big {
namespace {

constexpr size_t kDraws = 1000;
constexpr double kLow = 0.025, kHigh = 0.975;

}  // namespace

Estimate bootstrap(int64_t count, const std::function<double(const std::vector<int64_t>&)>& statistic) {
  std::vector<int64_t> indices(static_cast<size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  Estimate estimate{statistic(indices)};
  // The engine's numbers are fixed by the standard; what its distributions make of them is not.
  std::mt19937_64 numbers;
  std::vector<double> values(kDraws);
  for (double& value : values) {
    for (int64_t& index : indices) index = static_cast<int64_t>(numbers() % static_cast<uint64_t>(count));
    value = statistic(indices);
  }
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) { return values[static_cast<size_t>(share * (kDraws - 1))]; };
  estimate.low = at(kLow);
  estimate.high = at(kHigh);
  return estimate;
}

}  // namespace big
