#include "adafactor.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace big {

namespace {

bool is_factored(const torch::Tensor& parameter) { return parameter.dim() >= 2; }

/// Zeros of a matrix's shape without dimension `dim`; undefined for a vector.
torch::Tensor without_dimension(const torch::Tensor& parameter, int64_t dim) {
  if (!is_factored(parameter)) return {};
  auto shape = parameter.sizes().vec();
  shape.erase(shape.end() + dim);
  return at::zeros(shape, parameter.options().requires_grad(false));
}

torch::Tensor root_mean_square(const torch::Tensor& tensor) {
  return tensor.norm() / std::sqrt(static_cast<double>(tensor.numel()));
}

}  // namespace

Adafactor::Adafactor(const std::vector<ParameterGroup>& groups, const AdafactorOptions& options)
    : Optimizer(groups),
      options_(options),
      rows_(add_state("exp_avg_sq_row", [](const auto& p) { return without_dimension(p, -1); })),
      columns_(add_state("exp_avg_sq_col", [](const auto& p) { return without_dimension(p, -2); })),
      squares_(add_state("exp_avg_sq", [](const torch::Tensor& parameter) {
        return is_factored(parameter) ? torch::Tensor() : at::zeros_like(parameter);
      })) {}

torch::Tensor Adafactor::gather(size_t i, const torch::Tensor& squares, double decay) {
  if (!rows_[i].defined()) {
    squares_[i].mul_(decay).add_(squares, 1 - decay);
    return squares_[i].rsqrt();
  }
  rows_[i].mul_(decay).add_(squares.mean(-1), 1 - decay);
  columns_[i].mul_(decay).add_(squares.mean(-2), 1 - decay);
  const auto row = (rows_[i] / rows_[i].mean(-1, /*keepdim=*/true)).rsqrt_().unsqueeze(-1);
  return row * columns_[i].unsqueeze(-2).rsqrt();
}

void Adafactor::update(ParameterRange range, double learning_rate) {
  const double decay = 1 - std::pow(static_cast<double>(updates()), options_.decay_rate);
  for (size_t i = range.first; i < range.first + range.count; ++i) {
    auto parameter = parameters()[i];
    const auto gradient = parameter.grad();
    auto change = gather(i, gradient.square().add_(options_.epsilon), decay).mul_(gradient);
    change.div_((root_mean_square(change) / options_.clip_threshold).clamp_min_(1.0)).mul_(learning_rate);
    parameter.mul_(1 - options_.weight_decay * learning_rate).sub_(change);
  }
}

}  // namespace big
