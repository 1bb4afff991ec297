#pragma once

#include <torch/nn.h>

#include <string>
#include <vector>

#include "conv_2d.h"
#include "linear.h"

namespace big {

/// A registered list of modules of one type: children "0", "1", ... as diffusers' ModuleList, without its
/// casts.
template <class Holder>
class ModuleVectorImpl : public torch::nn::Module {
 public:
  Holder& push_back(Holder module) {
    items_.push_back(register_module(std::to_string(items_.size()), std::move(module)));
    return items_.back();
  }
  size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  Holder& operator[](size_t i) { return items_[i]; }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }

 private:
  std::vector<Holder> items_;
};

template <class Holder>
using ModuleVector = std::shared_ptr<ModuleVectorImpl<Holder>>;

template <class Holder>
ModuleVector<Holder> module_vector() {
  return std::make_shared<ModuleVectorImpl<Holder>>();
}

enum class Bias { kNo, kYes };

inline Linear linear(int64_t in, int64_t out, Bias bias = Bias::kYes) {
  return Linear(torch::nn::LinearOptions(in, out).bias(bias == Bias::kYes));
}

inline Conv2d conv_1x1(int64_t in, int64_t out) { return Conv2d(torch::nn::Conv2dOptions(in, out, 1)); }

inline Conv2d conv_3x3(int64_t in, int64_t out, int64_t stride = 1, int64_t padding = 1) {
  return Conv2d(torch::nn::Conv2dOptions(in, out, 3).stride(stride).padding(padding));
}

inline torch::nn::GroupNorm group_norm(int64_t groups, int64_t channels, double eps) {
  return torch::nn::GroupNorm(torch::nn::GroupNormOptions(groups, channels).eps(eps));
}

inline torch::nn::LayerNorm layer_norm(int64_t width, double eps) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(eps));
}

}  // namespace big
