#include "adamw.h"

#include <ATen/ops/_foreach_zero.h>
#include <ATen/ops/_fused_adamw.h>

namespace big {

AdamW::AdamW(std::vector<torch::Tensor> parameters, const AdamWOptions& options)
    : options_(options), parameters_(std::move(parameters)) {
  torch::NoGradGuard no_grad;
  for (auto& parameter : parameters_) {
    parameter.mutable_grad() = torch::zeros_like(parameter);
    first_moments_.push_back(torch::zeros_like(parameter));
    second_moments_.push_back(torch::zeros_like(parameter));
  }
  const auto device = parameters_.empty() ? torch::Device(torch::kCPU) : parameters_.front().device();
  updates_done_ = torch::zeros({}, torch::TensorOptions(torch::kFloat32).device(device));
}

void AdamW::step(double learning_rate) {
  torch::NoGradGuard no_grad;
  updates_done_ += 1;
  // Asked for anew: the engine may have put another tensor there (it does where a backward pass ran with
  // gradients on).
  std::vector<torch::Tensor> gradients;
  gradients.reserve(parameters_.size());
  for (const auto& parameter : parameters_) gradients.push_back(parameter.grad());
  const std::vector<torch::Tensor> steps(parameters_.size(), updates_done_);
  at::_fused_adamw_(parameters_, gradients, first_moments_, second_moments_,
                    /*max_exp_avg_sqs=*/{}, steps, learning_rate, options_.beta1, options_.beta2,
                    options_.weight_decay, options_.epsilon,
                    /*amsgrad=*/false,
                    /*maximize=*/false);
  at::_foreach_zero_(gradients);
}

}  // namespace big
