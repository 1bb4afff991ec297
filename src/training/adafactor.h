#pragma once

#include "optimizer.h"

namespace big {

struct AdafactorOptions {
  double epsilon = 1e-30, clip_threshold = 1, decay_rate = -0.8, weight_decay = 1e-2;
};

/// Adafactor (arXiv 1804.04235) with a rate that is given: of a matrix's squared gradients only the means of
/// rows and columns are kept. Equal to transformers' Adafactor with scale_parameter, relative_step and
/// warmup_init off and no first moment.
class Adafactor : public Optimizer {
 public:
  Adafactor(const std::vector<ParameterGroup>& groups, const AdafactorOptions& options);

 protected:
  void update(ParameterRange range, double learning_rate) override;

 private:
  /// Gathers the squared gradients of parameter i; returns what its gradient is multiplied with.
  torch::Tensor gather(size_t i, const torch::Tensor& squares, double decay);

  AdafactorOptions options_;
  std::vector<torch::Tensor>&rows_, &columns_, &squares_;  ///< a matrix has the first two, a vector the last
};

}  // namespace big
