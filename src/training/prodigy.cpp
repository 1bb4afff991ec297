#include "prodigy.h"

#include <ATen/ops/dot.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace big {

namespace {

torch::Tensor zeros_of(const torch::Tensor& parameter) { return at::zeros_like(parameter); }

}  // namespace

Prodigy::Prodigy(const std::vector<ParameterGroup>& groups, const ProdigyOptions& options)
    : Optimizer(groups),
      options_(options),
      first_moments_(add_state("exp_avg", zeros_of)),
      second_moments_(add_state("exp_avg_sq", zeros_of)),
      sums_(add_state("s", zeros_of)),
      starts_(add_state("p0", [](const auto& parameter) { return parameter.detach().clone(); })),
      distance_(add_number("d", options.d0)),
      largest_(add_number("d_max", options.d0)),
      numerator_(add_number("d_numerator", 0)),
      counted_(add_number("k", 0)) {}

void Prodigy::survey() {
  const double beta3 = std::sqrt(options_.beta2), d = distance_.item<double>();
  rate_ = 0;
  if (largest_rate() == 0) return;  // warm-up's first update: it does not count
  const double t = counted_.item<double>() + 1;
  const double correction = std::sqrt(1 - std::pow(options_.beta2, t)) / (1 - std::pow(options_.beta1, t));
  const double rate = d * largest_rate() * correction;

  double numerator = numerator_.item<double>() * beta3, denominator = 0;
  // d / d0 in place of d keeps the sums from becoming too small.
  const double scale = d / options_.d0;
  for (const auto& range : taking_part()) {
    for (size_t i = range.first; i < range.first + range.count; ++i) {
      const auto gradient = parameters()[i].grad();
      const auto way = (starts_[i] - parameters()[i]).flatten();
      numerator += scale * rate * at::dot(gradient.flatten(), way).item<double>();
      first_moments_[i].mul_(options_.beta1).add_(gradient, d * (1 - options_.beta1));
      second_moments_[i].mul_(options_.beta2).addcmul_(gradient, gradient, d * d * (1 - options_.beta2));
      sums_[i].mul_(beta3).add_(gradient, scale * d);
      denominator += sums_[i].abs().sum().item<double>();
    }
  }
  if (denominator == 0) return;

  const double found = numerator / denominator;
  const double largest = std::max(largest_.item<double>(), found);
  rate_ = rate;
  counted_.fill_(t);
  numerator_.fill_(numerator);
  largest_.fill_(largest);
  distance_.fill_(largest);
}

void Prodigy::update(ParameterRange range, double /*learning_rate*/) {
  for (size_t i = range.first; i < range.first + range.count; ++i) {
    auto parameter = parameters()[i];
    const auto size = second_moments_[i].sqrt().add_(distance_.item<double>() * options_.epsilon);
    parameter.mul_(1 - options_.weight_decay * rate_);
    parameter.addcdiv_(first_moments_[i], size, -rate_);
  }
}

}  // namespace big
