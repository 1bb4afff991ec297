#pragma once

#include "optimizer.h"

namespace big {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, weight_decay = 1e-2, epsilon = 1e-8;
};

/// Adam with decoupled weight decay (arXiv 1711.05101), equal to torch.optim.AdamW to rounding: libtorch's
/// fused kernel, one pass over memory where the plain one makes ten. All parameters must share dtype and
/// device.
class AdamW : public Optimizer {
 public:
  AdamW(const std::vector<ParameterGroup>& groups, const AdamWOptions& options);

 protected:
  void update(ParameterRange range, double learning_rate) override;

 private:
  AdamWOptions options_;
  std::vector<torch::Tensor>&first_moments_, &second_moments_;
};

}  // namespace big
