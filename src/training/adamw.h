#pragma once

#include <torch/types.h>

#include <vector>

namespace big {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, weight_decay = 1e-2, epsilon = 1e-8;
};

/// Adam with decoupled weight decay (arXiv 1711.05101), equal to torch.optim.AdamW to rounding: libtorch's
/// fused kernel, one pass over memory where the plain one makes ten. Gradient buffers are made once, kept,
/// and set to zero in place. All parameters must share dtype and device.
class AdamW {
 public:
  AdamW(std::vector<torch::Tensor> parameters, const AdamWOptions& options);
  /// One update with the gradients that have gathered; afterwards they are zero.
  void step(double learning_rate);

 private:
  AdamWOptions options_;
  std::vector<torch::Tensor> parameters_, first_moments_, second_moments_;
  torch::Tensor updates_done_;  ///< a scalar: the kernel reads the bias correction from it
};

}  // namespace big
