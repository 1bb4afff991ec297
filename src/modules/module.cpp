#include "big/modules/module.h"

#include <algorithm>
#include <stdexcept>

namespace big {

NamedTensors Module::named_parameters() const {
  NamedTensors all = parameters_;
  for (const auto& [path, module] : named_modules()) {
    for (const auto& [name, tensor] : module->parameters_) all.emplace_back(path + "." + name, tensor);
  }
  return all;
}

std::vector<torch::Tensor> Module::parameters() const {
  std::vector<torch::Tensor> all;
  for (const auto& [name, tensor] : named_parameters()) all.push_back(tensor);
  return all;
}

torch::Tensor Module::parameter(const std::string& path) const {
  for (const auto& [name, tensor] : named_parameters()) {
    if (name == path) return tensor;
  }
  throw std::out_of_range("no parameter '" + path + "'");
}

bool Module::has_parameter(const std::string& path) const {
  for (const auto& [name, tensor] : named_parameters()) {
    if (name == path) return true;
  }
  return false;
}

std::vector<std::pair<std::string, Module*>> Module::named_modules() const {
  std::vector<std::pair<std::string, Module*>> all;
  for (const auto& [name, child] : children_) {
    all.emplace_back(name, child.get());
    for (const auto& [path, module] : child->named_modules()) all.emplace_back(name + "." + path, module);
  }
  return all;
}

void Module::to(torch::Device device, torch::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : parameters()) parameter.set_data(parameter.to(device, dtype));
}

void Module::to(torch::ScalarType dtype) {
  const torch::NoGradGuard no_grad;
  for (auto& parameter : parameters()) parameter.set_data(parameter.to(dtype));
}

void Module::zero_grad() {
  for (auto& parameter : parameters()) parameter.mutable_grad().reset();
}

torch::Tensor Module::register_parameter(const std::string& name, const torch::Tensor& tensor) {
  require_new(name);
  if (tensor.defined()) parameters_.emplace_back(name, tensor);
  return tensor;
}

void Module::add_child(const std::string& name, std::shared_ptr<Module> child) {
  require_new(name);
  children_.emplace_back(name, std::move(child));
}

void Module::require_new(const std::string& name) const {
  const auto is_it = [&](const auto& entry) { return entry.first == name; };
  if (std::any_of(parameters_.begin(), parameters_.end(), is_it) ||
      std::any_of(children_.begin(), children_.end(), is_it)) {
    throw std::invalid_argument("'" + name + "' is registered already");
  }
}

void initialize(Module& module) {
  const torch::NoGradGuard no_grad;
  module.reset_parameters();
  for (const auto& [path, child] : module.named_modules()) child->reset_parameters();
}

}  // namespace big
