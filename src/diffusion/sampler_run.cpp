#include "sampler_run.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "prediction.h"

namespace big {

double TimestepRun::alpha_bar(int64_t t) const {
  if (t < 0) return config.set_alpha_to_one ? 1.0 : alphas_cumprod.front();
  // An offset may point one beyond the end.
  return alphas_cumprod[std::min(static_cast<size_t>(t), alphas_cumprod.size() - 1)];
}

Prediction predict(const TimestepRun& run, const torch::Tensor& x, int64_t t) {
  const auto type = run.config.prediction_type;
  const double alpha = std::sqrt(run.alpha_bar(t)), sigma = std::sqrt(1 - run.alpha_bar(t));
  const auto output = run.output(x, t);
  return {predicted_x0(type, x, output, alpha, sigma), predicted_noise(type, x, output, alpha, sigma)};
}

AncestralStep ancestral_step(double from, double to, double eta) {
  const double up = std::min(to, eta * std::sqrt(to * to * (from * from - to * to) / (from * from)));
  return {std::sqrt(to * to - up * up), up};
}

}  // namespace big
