#include "adamw.h"

#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

namespace big {

namespace {

torch::Tensor zeros_of(const torch::Tensor& parameter) { return at::zeros_like(parameter); }

}  // namespace

AdamW::AdamW(const std::vector<ParameterGroup>& groups, const AdamWOptions& options)
    : Optimizer(groups),
      options_(options),
      first_moments_(add_state("exp_avg", zeros_of)),
      second_moments_(add_state("exp_avg_sq", zeros_of)) {}

void AdamW::update(ParameterRange range, double learning_rate) {
  const auto part = [&](const std::vector<torch::Tensor>& tensors) {
    return at::TensorList(tensors).slice(range.first, range.count);
  };
  // The kernel reads the bias correction from here.
  const auto options = parameters()[range.first].options().dtype(torch::kFloat32).requires_grad(false);
  const auto updates_done = at::full({}, updates(), options);
  const std::vector<torch::Tensor> steps(range.count, updates_done);
  at::_fused_adamw_(part(parameters()), gradients(range), part(first_moments_), part(second_moments_),
                    /*max_exp_avg_sqs=*/{}, steps, learning_rate, options_.beta1, options_.beta2,
                    options_.weight_decay, options_.epsilon,
                    /*amsgrad=*/false,
                    /*maximize=*/false);
}

}  // namespace big
