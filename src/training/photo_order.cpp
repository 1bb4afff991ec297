#include "photo_order.h"

#include <numeric>
#include <vector>

#include "random_streams.h"

namespace big {

size_t photo_at(uint64_t seed, int64_t n, size_t count) {
  const auto row = static_cast<uint64_t>(n);
  SplitMix numbers(mix_seed(seed, Stream::kPhotoOrder, row / count));
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  for (size_t last = count - 1; last > 0; --last) std::swap(order[last], order[numbers.below(last + 1)]);
  return order[row % count];
}

}  // namespace big
