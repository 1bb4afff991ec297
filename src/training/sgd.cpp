#include "sgd.h"

#include <ATen/ops/zeros_like.h>

namespace big {

Sgd::Sgd(const std::vector<ParameterGroup>& groups, const SgdOptions& options)
    : Optimizer(groups),
      options_(options),
      momentum_(add_state("momentum_buffer", [](const auto& parameter) { return at::zeros_like(parameter); })) {
}

void Sgd::update(ParameterRange range, double learning_rate) {
  for (size_t i = range.first; i < range.first + range.count; ++i) {
    auto parameter = parameters()[i];
    const auto gradient = parameter.grad().add(parameter, options_.weight_decay);
    momentum_[i].mul_(options_.momentum).add_(gradient);
    parameter.add_(momentum_[i], -learning_rate);
  }
}

}  // namespace big
