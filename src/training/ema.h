#pragma once

#include <torch/types.h>

#include <vector>

namespace big {

/// The moving average of weights: diffusers' EMAModel without its warm-up, update n decaying by
/// min(decay, (1 + n) / (10 + n)), by 0 at the first.
class Ema {
 public:
  /// Begins at the weights as they are. `decay`: 0 ... 1.
  Ema(const std::vector<torch::Tensor>& parameters, double decay);
  /// Takes the weights after update `done` (from 1) in.
  void update(int64_t done);
  /// Puts the average where the weights are and keeps those, or back again. No copy is made.
  void swap();
  const std::vector<torch::Tensor>& averages() const { return averages_; }

 private:
  std::vector<torch::Tensor> parameters_, averages_;
  double decay_;
};

}  // namespace big
