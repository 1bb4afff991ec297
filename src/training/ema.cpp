#include "ema.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

Ema::Ema(const std::vector<torch::Tensor>& parameters, double decay)
    : parameters_(parameters), decay_(decay) {
  if (!(decay >= 0 && decay <= 1)) throw UsageError(concat("ema_decay is ", decay, ", expected 0 to 1"));
  for (const auto& parameter : parameters) averages_.push_back(parameter.detach().clone());
}

void Ema::update(int64_t done) {
  const at::NoGradGuard no_grad;
  const auto n = static_cast<double>(done - 1);
  const double decay = n <= 0 ? 0 : std::min(decay_, (1 + n) / (10 + n));
  for (size_t i = 0; i < parameters_.size(); ++i)
    averages_[i].sub_(averages_[i] - parameters_[i], 1 - decay);
}

void Ema::swap() {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const torch::Tensor weights = parameters_[i].variable_data();
    parameters_[i].set_data(averages_[i]);
    averages_[i] = weights;
  }
}

}  // namespace big
