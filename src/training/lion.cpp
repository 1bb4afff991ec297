#include "lion.h"

#include <ATen/ops/zeros_like.h>

namespace big {

Lion::Lion(const std::vector<ParameterGroup>& groups, const LionOptions& options)
    : Optimizer(groups),
      options_(options),
      momentum_(add_state("exp_avg", [](const auto& parameter) { return at::zeros_like(parameter); })) {}

void Lion::update(ParameterRange range, double learning_rate) {
  for (size_t i = range.first; i < range.first + range.count; ++i) {
    auto parameter = parameters()[i];
    const auto gradient = parameter.grad();
    parameter.mul_(1 - learning_rate * options_.weight_decay);
    const auto direction = momentum_[i].mul(options_.beta1).add_(gradient, 1 - options_.beta1).sign_();
    parameter.add_(direction, -learning_rate);
    momentum_[i].mul_(options_.beta2).add_(gradient, 1 - options_.beta2);
  }
}

}  // namespace big
