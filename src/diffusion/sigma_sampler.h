#pragma once

#include "sampler.h"

namespace big {

/// What Euler and Euler ancestral share: x = x0 + sigma eps, and a falling list of sigmas that ends after the
/// last step.
class SigmaSampler : public Sampler {
 public:
  SigmaSampler(const NoiseSchedule& schedule, int64_t steps, bool karras);
  double initial_sigma() const override;
  torch::Tensor model_input(const torch::Tensor& x, size_t i) const override;

 protected:
  PredictionType prediction_;
  std::vector<float> sigmas_;  ///< steps + 1

 private:
  bool starts_at_sigma_max_;
};

}  // namespace big
