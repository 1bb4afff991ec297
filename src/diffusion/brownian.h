#pragma once

#include <torch/types.h>

#include <vector>

namespace big {

/// One Brownian motion W(t), 0 <= t <= end, for each picture, whose whole path is a matter of the picture's
/// seed: the same wherever and in whatever order it is looked at. (Its middle is drawn from its ends, the
/// middles of the halves from theirs, and so on: Levy's construction.)
class BrownianMotion {
 public:
  /// `shape` of one picture.
  BrownianMotion(std::vector<uint64_t> seeds, std::vector<int64_t> shape, double end);
  /// [pictures, shape...] fp64 on the CPU: (W(to) - W(from)) / sqrt|to - from|, standard normal and
  /// independent of ways that do not overlap; zero where from equals to.
  torch::Tensor way(double from, double to) const;

 private:
  torch::Tensor at(double t, uint64_t seed) const;

  std::vector<uint64_t> seeds_;
  std::vector<int64_t> shape_;
  double end_;
};

}  // namespace big
