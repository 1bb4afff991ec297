#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "big/modules/named_tensors.h"

namespace big {

template <class Impl>
class Held;

/// A tree of networks and their tensors by registered name; the path of a tensor ("mid_block.resnets.0.conv1.weight")
/// is its name in diffusers' files. The part of torch::nn::Module that this program needs, by its names and in its
/// order, without what that class brings along (serialisation and TorchScript in every source file that sees a
/// network: three quarters of the time it takes to compile). Knows no training mode: the networks are the same in
/// both.
///
/// Tensors are shared: a member that was registered and the tensor found by its name are one.
class Module {
 public:
  Module() = default;
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  /// All parameters below, this module's own first, then those of its children in the order they were registered.
  NamedTensors named_parameters() const;
  std::vector<torch::Tensor> parameters() const;
  /// One of named_parameters(). Throws std::out_of_range.
  torch::Tensor parameter(const std::string& path) const;
  bool has_parameter(const std::string& path) const;
  /// All modules below by their path, each before its children; not this one.
  std::vector<std::pair<std::string, Module*>> named_modules() const;

  /// Moves and converts all parameters in place: they stay the tensors that they were.
  void to(torch::Device device, torch::ScalarType dtype);
  void to(torch::ScalarType dtype);
  /// Forgets the gradients.
  void zero_grad();

  /// Draws new values for this module's own parameters, those of its children stay.
  virtual void reset_parameters() {}

  /// This module as one of its own kind, or nullptr.
  template <class Impl>
  Impl* as() {
    return dynamic_cast<Impl*>(this);
  }

  /// A child, registered: returned as it was given. Throws std::invalid_argument for a name that is taken.
  template <class Impl>
  std::shared_ptr<Impl> register_module(const std::string& name, std::shared_ptr<Impl> child) {
    add_child(name, child);
    return child;
  }
  template <class Impl>
  Held<Impl> register_module(const std::string& name, Held<Impl> child) {
    add_child(name, child.ptr());
    return child;
  }

 protected:
  /// A tensor of this module's own, registered: returned as it was given. An undefined one is not registered.
  torch::Tensor register_parameter(const std::string& name, const torch::Tensor& tensor);

 private:
  void add_child(const std::string& name, std::shared_ptr<Module> child);
  void require_new(const std::string& name) const;

  NamedTensors parameters_;
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> children_;
};

/// A module by reference: copies are the same module. Made with the module's own arguments, or empty.
template <class Impl>
class Held {
 public:
  Held() = default;
  Held(std::nullptr_t) {}                                         // NOLINT(google-explicit-constructor): none
  Held(std::shared_ptr<Impl> module) : module_(std::move(module)) {}  // NOLINT(google-explicit-constructor)
  template <class First, class... Rest>
    requires(std::is_constructible_v<Impl, First, Rest...>)
  explicit Held(First&& first, Rest&&... rest)
      : module_(std::make_shared<Impl>(std::forward<First>(first), std::forward<Rest>(rest)...)) {}

  explicit operator bool() const { return module_ != nullptr; }
  Impl* operator->() const { return module_.get(); }
  Impl& operator*() const { return *module_; }
  Impl* get() const { return module_.get(); }
  const std::shared_ptr<Impl>& ptr() const { return module_; }

  template <class... Arguments>
  auto operator()(Arguments&&... arguments) const {
    return module_->forward(std::forward<Arguments>(arguments)...);
  }

 private:
  std::shared_ptr<Impl> module_;
};

/// Draws the values that a network starts with before anything was learned: reset_parameters() of `module` and all
/// below, from torch's default generator.
void initialize(Module& module);

}  // namespace big
