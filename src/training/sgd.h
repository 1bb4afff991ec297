#pragma once

#include "optimizer.h"

namespace big {

struct SgdOptions {
  double momentum = 0.9, weight_decay = 1e-2;
};

/// Gradient descent with momentum, equal to torch.optim.SGD (whose weight decay is a part of the gradient).
class Sgd : public Optimizer {
 public:
  Sgd(const std::vector<ParameterGroup>& groups, const SgdOptions& options);

 protected:
  void update(ParameterRange range, double learning_rate) override;

 private:
  SgdOptions options_;
  std::vector<torch::Tensor>& momentum_;
};

}  // namespace big
