#include "optimizer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <map>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

const std::vector<std::string> kNames = {"adamw", "adamw8bit", "adafactor", "prodigy", "lion", "sgd"};

/// Two groups: a matrix large enough for 8-bit moments and a vector; a small matrix.
std::vector<ParameterGroup> make_groups() {
  torch::manual_seed(3);
  std::vector<ParameterGroup> groups(2);
  groups[0] = {{{"unet.large", torch::randn({70, 65})}, {"unet.bias", torch::randn({65})}}, 0.01};
  groups[1] = {{{"text_encoder.small", torch::randn({7, 5})}}, 0.01};
  for (auto& group : groups)
    for (auto& [name, parameter] : group.parameters) parameter.requires_grad_(true);
  return groups;
}

TrainOptions options_of(const std::string& name) {
  TrainOptions options;
  options.optimizer = name;
  return options;
}

/// Gradients that depend on the parameters and on the step.
void put_gradients(const Optimizer& optimizer, int64_t step) {
  torch::manual_seed(static_cast<uint64_t>(100 + step));
  for (auto parameter : optimizer.parameters()) {
    const auto gradient = parameter.detach() * 0.1 + torch::randn_like(parameter.detach());
    if (parameter.grad().defined()) {
      parameter.mutable_grad().copy_(gradient);
    } else {
      parameter.mutable_grad() = gradient;
    }
  }
}

void take_steps(Optimizer& optimizer, int64_t from, int64_t to) {
  for (int64_t step = from; step < to; ++step) {
    put_gradients(optimizer, step);
    optimizer.step(1);
  }
}

std::vector<torch::Tensor> values_of(const std::vector<ParameterGroup>& groups) {
  std::vector<torch::Tensor> values;
  for (const auto& group : groups)
    for (const auto& [name, parameter] : group.parameters) values.push_back(parameter.detach().clone());
  return values;
}

bool equal(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return torch::equal(x, y); });
}

void copy_parameters(const std::vector<ParameterGroup>& from, const std::vector<ParameterGroup>& to) {
  const at::NoGradGuard no_grad;
  for (size_t g = 0; g < from.size(); ++g)
    for (size_t i = 0; i < from[g].parameters.size(); ++i)
      torch::Tensor(to[g].parameters[i].second).copy_(from[g].parameters[i].second);
}

class EveryOptimizer : public testing::TestWithParam<std::string> {};

TEST_P(EveryOptimizer, GoesOnFromItsSavedStateToTheBit) {
  const auto whole = make_groups(), first_half = make_groups(), second_half = make_groups();
  const auto uninterrupted = make_optimizer(whole, options_of(GetParam()));
  uninterrupted->keep_gradient_buffers();
  take_steps(*uninterrupted, 0, 10);

  const auto first = make_optimizer(first_half, options_of(GetParam()));
  take_steps(*first, 0, 5);
  const auto second = make_optimizer(second_half, options_of(GetParam()));
  second->load_state(first->state(), "checkpoint");
  copy_parameters(first_half, second_half);
  take_steps(*second, 5, 10);
  EXPECT_TRUE(equal(values_of(whole), values_of(second_half)));

  // The state counts: without it the same steps end elsewhere.
  copy_parameters(first_half, second_half);
  const auto forgetful = make_optimizer(second_half, options_of(GetParam()));
  take_steps(*forgetful, 5, 10);
  EXPECT_FALSE(equal(values_of(whole), values_of(second_half)));
}

TEST_P(EveryOptimizer, MovesEveryParameterAndZeroesTheGradientsInPlace) {
  const auto groups = make_groups();
  const auto before = values_of(groups);
  const auto optimizer = make_optimizer(groups, options_of(GetParam()));
  optimizer->keep_gradient_buffers();
  const void* buffer = optimizer->parameters()[0].grad().data_ptr();
  take_steps(*optimizer, 0, 1);
  EXPECT_EQ(optimizer->parameters()[0].grad().data_ptr(), buffer);
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_FALSE(torch::equal(optimizer->parameters()[i], before[i])) << optimizer->name_of(i);
    EXPECT_EQ(optimizer->parameters()[i].grad().abs().max().item<double>(), 0) << optimizer->name_of(i);
  }
}

TEST_P(EveryOptimizer, StandsStillAtARateOfZero) {
  const auto groups = make_groups();
  const auto before = values_of(groups);
  const auto optimizer = make_optimizer(groups, options_of(GetParam()));
  put_gradients(*optimizer, 0);
  optimizer->step(0);
  EXPECT_TRUE(equal(values_of(groups), before));
}

TEST_P(EveryOptimizer, UpdatesOneByOneAsAllAtOnce) {
  const auto together = make_groups(), alone = make_groups();
  const auto all = make_optimizer(together, options_of(GetParam()));
  const auto single = make_optimizer(alone, options_of(GetParam()));
  TrainOptions released = options_of(GetParam());
  released.gradient_accumulation_steps = 1;
  released.max_grad_norm = 0;
  EXPECT_NE(single->needs_all_gradients(), releases_gradients(released));
  if (single->needs_all_gradients()) return;
  for (int64_t step = 0; step < 3; ++step) {
    put_gradients(*all, step);
    all->step(0.5);
    put_gradients(*single, step);
    single->begin(0.5);
    for (const size_t i : {2, 0, 1}) single->update_one(i);
    for (const auto& parameter : single->parameters()) EXPECT_FALSE(parameter.grad().defined());
  }
  EXPECT_TRUE(equal(values_of(together), values_of(alone)));
}

TEST_P(EveryOptimizer, NamesWhatDoesNotFitInASavedState) {
  const auto groups = make_groups();
  const auto optimizer = make_optimizer(groups, options_of(GetParam()));
  auto state = optimizer->state();
  auto& [name, tensor] = state.back();
  tensor = torch::zeros({3, 1});
  const auto message = [&] {
    return error_of<InputError>([&] { optimizer->load_state(state, "checkpoint-7"); });
  };
  EXPECT_NE(message().find("checkpoint-7"), std::string::npos) << message();
  EXPECT_NE(message().find("[3, 1]"), std::string::npos) << message();
  state.pop_back();
  EXPECT_NE(message().find("is missing"), std::string::npos) << message();
}

INSTANTIATE_TEST_SUITE_P(All, EveryOptimizer, testing::ValuesIn(kNames), [](const auto& test) {
  return test.param;
});

TEST(Optimizer, GivesEachGroupItsOwnRate) {
  auto groups = make_groups();
  groups[1].learning_rate = 0;
  const auto before = values_of(groups);
  const auto optimizer = make_optimizer(groups, options_of("adamw"));
  take_steps(*optimizer, 0, 1);
  EXPECT_FALSE(torch::equal(optimizer->parameters()[0], before[0]));
  EXPECT_TRUE(torch::equal(optimizer->parameters()[2], before[2]));
}

TEST(Optimizer, RefusesUnknownNamesAndTwoRatesForProdigy) {
  EXPECT_EQ(error_of<UsageError>([] { check_optimizer("adam"); }),
            "optimizer is 'adam', expected one of adamw, adamw8bit, adafactor, prodigy, lion, sgd");
  auto groups = make_groups();
  groups[1].learning_rate = 0.5;
  EXPECT_NE(error_of<UsageError>([&] { make_optimizer(groups, options_of("prodigy")); }).find("one rate"),
            std::string::npos);
}

TEST(AdamW8Bit, KeepsLittleMoreThanTwoBytesAParameter) {
  const std::vector<ParameterGroup> groups = {{{{"unet.large", torch::zeros({640, 320, 3, 3})},
                                                {"unet.other", torch::zeros({1280, 333})},
                                                {"unet.bias", torch::zeros({640})}},
                                               0.01}};
  const auto optimizer = make_optimizer(groups, options_of("adamw8bit"));
  double parameters = 0, bytes = 0;
  for (const auto& parameter : optimizer->parameters()) parameters += static_cast<double>(parameter.numel());
  for (const auto& [name, tensor] : optimizer->state()) bytes += static_cast<double>(tensor.nbytes());
  EXPECT_LE(bytes / parameters, 2.1);
  EXPECT_GE(bytes / parameters, 2.0);
}

}  // namespace
}  // namespace big
