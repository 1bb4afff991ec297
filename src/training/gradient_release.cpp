#include "gradient_release.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

#include <cmath>

namespace big {

/// What the engine calls when a parameter's gradient is complete.
class ReleaseHook : public torch::autograd::PostAccumulateGradHook {
 public:
  ReleaseHook(GradientRelease& release, size_t parameter) : release_(release), parameter_(parameter) {}
  void operator()(const torch::autograd::Variable&) override { release_.update(parameter_); }

 private:
  GradientRelease& release_;
  size_t parameter_;
};

GradientRelease::GradientRelease(Optimizer& optimizer)
    : optimizer_(optimizer), updated_(optimizer.parameters().size()) {
  for (size_t i = 0; i < updated_.size(); ++i)
    torch::autograd::impl::set_post_acc_grad_hooks(optimizer.parameters()[i],
                                                   std::make_unique<ReleaseHook>(*this, i));
}

GradientRelease::~GradientRelease() {
  for (const auto& parameter : optimizer_.parameters())
    torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
}

void GradientRelease::begin(double lr_factor) {
  updated_.assign(updated_.size(), false);
  nonfinite_.clear();
  optimizer_.begin(lr_factor);
}

void GradientRelease::update(size_t parameter) {
  const at::NoGradGuard no_grad;
  const auto gradient = optimizer_.parameters()[parameter].grad();
  const bool finite = std::isfinite(gradient.norm().item<double>());
  if (!finite && nonfinite_.empty()) nonfinite_ = optimizer_.name_of(parameter);
  if (!nonfinite_.empty()) {
    optimizer_.parameters()[parameter].mutable_grad().reset();
    return;
  }
  optimizer_.update_one(parameter);
  updated_[parameter] = true;
}

std::string GradientRelease::finish() {
  for (size_t i = 0; i < updated_.size(); ++i) {
    const auto& parameter = optimizer_.parameters()[i];
    if (updated_[i] || !parameter.requires_grad() || !nonfinite_.empty()) continue;
    parameter.mutable_grad() = at::zeros_like(parameter);
    optimizer_.update_one(i);
  }
  return nonfinite_;
}

}  // namespace big
