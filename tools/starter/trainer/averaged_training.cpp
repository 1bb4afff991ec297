#include "averaged_training.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "big/weights/safetensors.h"
#include "clip_grad.h"

namespace big {
namespace {

constexpr int64_t kWarmup = 100;
constexpr double kLeastFactor = 0.02;
/// Of the moving average once it has settled; at first it follows faster.
constexpr double kAverageDecay = 0.999;

}  // namespace

AveragedTraining::AveragedTraining(std::vector<DecayGroup> groups, const StageOptions& options)
    : options_(options) {
  for (auto& group : groups) {
    // The rate of an update is what step() is given.
    ParameterGroup named{.parameters = {}, .learning_rate = 1};
    for (auto& parameter : group.parameters) {
      parameter.requires_grad_(true);
      named.parameters.emplace_back(std::to_string(parameters_.size()), parameter);
      parameters_.push_back(parameter);
      average_.push_back(parameter.detach().clone());
    }
    optimisers_.push_back(std::make_unique<AdamW>(
        std::vector{named}, AdamWOptions{.beta2 = 0.99, .weight_decay = group.weight_decay}));
    optimisers_.back()->keep_gradient_buffers();
  }
}

double AveragedTraining::learning_rate() const {
  const double share = static_cast<double>(steps_) / static_cast<double>(options_.steps);
  const double fallen = std::max(0.0, share - options_.hold_share) / (1 - options_.hold_share);
  const double warm = static_cast<double>(steps_ - first_step_ + 1) / kWarmup;
  return options_.learning_rate * std::min(1.0, warm) *
         std::max(kLeastFactor, 0.5 * (1 + std::cos(std::numbers::pi * fallen)));
}

void AveragedTraining::step() {
  clip_grad_norm(parameters_, 1.0);
  const double rate = learning_rate();
  for (auto& optimiser : optimisers_) optimiser->step(rate);
  ++steps_;
  torch::NoGradGuard no_grad;
  const double decay = std::min(kAverageDecay, static_cast<double>(steps_ - first_step_) /
                                                   static_cast<double>(steps_ - first_step_ + 9));
  at::_foreach_lerp_(average_, parameters_, 1 - decay);
}

void AveragedTraining::save(const std::filesystem::path& file) const {
  NamedTensors tensors;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    tensors.emplace_back("weight." + std::to_string(i), parameters_[i].detach());
    tensors.emplace_back("average." + std::to_string(i), average_[i]);
  }
  write_safetensors(file, tensors, {{"steps", std::to_string(steps_)}});
}

void AveragedTraining::resume(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return;
  const torch::NoGradGuard no_grad;
  const SafetensorsFile saved(file);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    parameters_[i].copy_(saved.tensor("weight." + std::to_string(i)));
    average_[i].copy_(saved.tensor("average." + std::to_string(i)));
  }
  first_step_ = steps_ = std::stoll(saved.metadata().at("steps"));
}

void AveragedTraining::with_average(const std::function<void()>& work) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> trained;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    trained.push_back(parameters_[i].detach().clone());
    parameters_[i].copy_(average_[i]);
  }
  work();
  for (size_t i = 0; i < parameters_.size(); ++i) parameters_[i].copy_(trained[i]);
}

}  // namespace big
