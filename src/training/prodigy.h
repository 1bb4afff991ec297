#pragma once

#include "optimizer.h"

namespace big {

struct ProdigyOptions {
  double beta1 = 0.9, beta2 = 0.999, weight_decay = 1e-2, epsilon = 1e-8;
  double d0 = 1e-6;  ///< the first estimate of the distance to go
};

/// Prodigy (arXiv 2306.06101): AdamW that finds its step size by itself; its learning rate, a factor, stays
/// at 1. Equal to prodigyopt with decoupled decay, bias correction and safeguarded warm-up, as diffusers'
/// scripts use it. Groups must share one rate.
class Prodigy : public Optimizer {
 public:
  Prodigy(const std::vector<ParameterGroup>& groups, const ProdigyOptions& options);
  bool needs_all_gradients() const override { return true; }

 protected:
  void survey() override;
  void update(ParameterRange range, double learning_rate) override;

 private:
  ProdigyOptions options_;
  std::vector<torch::Tensor>&first_moments_, &second_moments_;
  std::vector<torch::Tensor>&sums_, &starts_;  ///< of weighted gradients; the weights at the beginning
  torch::Tensor distance_, largest_, numerator_, counted_;
  double rate_ = 0;  ///< of the update under way, distance included
};

}  // namespace big
