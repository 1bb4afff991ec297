#pragma once

#include "optimizer.h"

namespace big {

struct LionOptions {
  double beta1 = 0.9, beta2 = 0.99, weight_decay = 1e-2;  ///< the betas of arXiv 2302.06675
};

/// Lion (arXiv 2302.06675): every number moves by the learning rate, in the direction of a momentum's sign.
/// Half of AdamW's memory; wants about a third of AdamW's rate.
class Lion : public Optimizer {
 public:
  Lion(const std::vector<ParameterGroup>& groups, const LionOptions& options);

 protected:
  void update(ParameterRange range, double learning_rate) override;

 private:
  LionOptions options_;
  std::vector<torch::Tensor>& momentum_;
};

}  // namespace big
