#include "optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_zero.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <map>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

namespace {

constexpr const char* kStep = "step";

}  // namespace

Optimizer::Optimizer(const std::vector<ParameterGroup>& groups) {
  for (const auto& group : groups) {
    groups_.push_back({{parameters_.size(), group.parameters.size()}, group.learning_rate});
    for (const auto& [name, tensor] : group.parameters) {
      names_.push_back(name);
      parameters_.push_back(tensor);
    }
  }
}

void Optimizer::keep_gradient_buffers() {
  const at::NoGradGuard no_grad;
  for (auto& parameter : parameters_) parameter.mutable_grad() = at::zeros_like(parameter);
}

void Optimizer::step(double lr_factor) {
  const at::NoGradGuard no_grad;
  begin(lr_factor);
  survey();
  for (const auto& group : groups_) {
    if (!takes_part(group)) continue;
    update(group.range, group.learning_rate * lr_factor);
    at::_foreach_zero_(gradients(group.range));
  }
}

bool Optimizer::takes_part(const Group& group) const {
  return group.range.count > 0 && parameters_[group.range.first].requires_grad();
}

std::vector<ParameterRange> Optimizer::taking_part() const {
  std::vector<ParameterRange> ranges;
  for (const auto& group : groups_)
    if (takes_part(group)) ranges.push_back(group.range);
  return ranges;
}

void Optimizer::begin(double lr_factor) {
  ++updates_;
  lr_factor_ = lr_factor;
}

void Optimizer::update_one(size_t parameter) {
  const at::NoGradGuard no_grad;
  update({parameter, 1}, group_of(parameter).learning_rate * lr_factor_);
  parameters_[parameter].mutable_grad().reset();
}

const Optimizer::Group& Optimizer::group_of(size_t parameter) const {
  return *std::find_if(groups_.begin(), groups_.end(), [&](const Group& group) {
    return parameter < group.range.first + group.range.count;
  });
}

double Optimizer::largest_rate() const {
  double largest = 0;
  for (const auto& group : groups_)
    if (takes_part(group)) largest = std::max(largest, group.learning_rate * lr_factor_);
  return largest;
}

std::vector<torch::Tensor> Optimizer::gradients(ParameterRange range) const {
  std::vector<torch::Tensor> gradients;
  gradients.reserve(range.count);
  for (size_t i = range.first; i < range.first + range.count; ++i) gradients.push_back(parameters_[i].grad());
  return gradients;
}

std::vector<torch::Tensor>& Optimizer::add_state(
    const std::string& kind, const std::function<torch::Tensor(const torch::Tensor&)>& make) {
  const at::NoGradGuard no_grad;
  State state{kind, {}, false};
  for (const auto& parameter : parameters_) state.tensors.push_back(make(parameter));
  states_.push_back(std::move(state));
  return states_.back().tensors;
}

torch::Tensor Optimizer::add_number(const std::string& kind, double value) {
  states_.push_back({kind, {at::full({}, value, torch::kFloat64)}, true});
  return states_.back().tensors.front();
}

NamedTensors Optimizer::state() const {
  NamedTensors named = {{kStep, at::full({}, updates_, torch::kInt64)}};
  for (const auto& state : states_) {
    if (state.is_number) {
      named.emplace_back(state.kind, state.tensors.front());
      continue;
    }
    for (size_t i = 0; i < state.tensors.size(); ++i)
      if (state.tensors[i].defined()) named.emplace_back(concat(names_[i], '.', state.kind), state.tensors[i]);
  }
  return named;
}

void Optimizer::load_state(const NamedTensors& state, const std::string& where) {
  const at::NoGradGuard no_grad;
  const std::map<std::string, torch::Tensor> given(state.begin(), state.end());
  for (auto& [name, own] : this->state()) {
    const auto found = given.find(name);
    if (found == given.end())
      throw InputError(concat(where, ": the optimiser's '", name, "' is missing"));
    if (found->second.sizes() != own.sizes() || found->second.scalar_type() != own.scalar_type()) {
      throw InputError(concat(where, ": the optimiser's '", name, "' is ", found->second.scalar_type(),
                              found->second.sizes(), ", expected ", own.scalar_type(), own.sizes()));
    }
    if (name == kStep) {
      updates_ = found->second.item<int64_t>();
    } else {
      own.copy_(found->second);
    }
  }
}

}  // namespace big
