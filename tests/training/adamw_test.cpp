#include "adamw.h"

#include <gtest/gtest.h>
#include <torch/optim/adamw.h>

namespace big {
namespace {

std::vector<torch::Tensor> make_parameters(torch::ScalarType dtype) {
  torch::manual_seed(3);
  std::vector<torch::Tensor> parameters = {torch::randn({7, 5}, dtype), torch::randn({64}, dtype),
                                           torch::randn({1}, dtype)};
  for (auto& parameter : parameters) parameter.requires_grad_(true);
  return parameters;
}

std::vector<ParameterGroup> in_one_group(const std::vector<torch::Tensor>& parameters, double rate) {
  ParameterGroup group{{}, rate};
  for (size_t i = 0; i < parameters.size(); ++i)
    group.parameters.emplace_back("w" + std::to_string(i), parameters[i]);
  return {group};
}

torch::Tensor objective(const std::vector<torch::Tensor>& parameters, int64_t step) {
  auto sum = torch::zeros({}, parameters[0].options().requires_grad(false));
  for (const auto& parameter : parameters) sum = sum + (parameter * (0.3 * (step + 1.0))).sin().sum();
  return sum;
}

/// The largest difference between ten updates of ours and of libtorch's plain AdamW.
double distance_from_torch(torch::ScalarType dtype) {
  auto ours = make_parameters(dtype), theirs = make_parameters(dtype);
  AdamW optimizer(in_one_group(ours, 0.02), {0.9, 0.99, 0.05, 1e-8});
  optimizer.keep_gradient_buffers();
  torch::optim::AdamW reference(
      theirs, torch::optim::AdamWOptions(0.01).betas({0.9, 0.99}).weight_decay(0.05).eps(1e-8));
  for (int64_t step = 0; step < 10; ++step) {
    objective(ours, step).backward();
    optimizer.step(0.5);
    reference.zero_grad();
    objective(theirs, step).backward();
    reference.step();
  }
  double distance = 0;
  for (size_t i = 0; i < ours.size(); ++i)
    distance = std::max(distance, (ours[i] - theirs[i]).abs().max().item<double>());
  return distance;
}

TEST(AdamW, EqualsTorchInDoublePrecision) { EXPECT_LT(distance_from_torch(torch::kFloat64), 1e-14); }

TEST(AdamW, EqualsTorchInSinglePrecision) { EXPECT_LT(distance_from_torch(torch::kFloat32), 1e-6); }

TEST(AdamW, LearningRateOfEachStepCounts) {
  auto parameters = make_parameters(torch::kFloat64);
  const auto before = parameters[0].detach().clone();
  AdamW optimizer(in_one_group(parameters, 0.1), {});
  optimizer.keep_gradient_buffers();
  objective(parameters, 0).backward();
  optimizer.step(0.0);
  EXPECT_TRUE(torch::equal(parameters[0], before));
  objective(parameters, 0).backward();
  optimizer.step(1);
  // Adam's early updates are about one learning rate long.
  EXPECT_NEAR((parameters[0] - before).abs().mean().item<double>(), 0.1, 0.02);
}

}  // namespace
}  // namespace big
