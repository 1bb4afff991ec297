#pragma once

#include <string>
#include <vector>

#include "conv_2d.h"
#include "linear.h"
#include "norms.h"

namespace big {

/// A registered list of modules of one type: children "0", "1", ... as diffusers' ModuleList, without its
/// casts.
template <class Holder>
class ModuleVectorImpl : public Module {
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

inline Linear linear(int64_t in, int64_t out, Bias bias = Bias::kYes) { return Linear(in, out, bias); }

inline Conv2d conv_1x1(int64_t in, int64_t out) { return Conv2d(Conv2dOptions{.in = in, .out = out}); }

inline Conv2d conv_3x3(int64_t in, int64_t out, int64_t stride = 1, int64_t padding = 1) {
  return Conv2d(Conv2dOptions{.in = in, .out = out, .kernel = 3, .stride = stride, .padding = padding});
}

inline GroupNorm group_norm(int64_t groups, int64_t channels, double eps) {
  return GroupNorm(groups, channels, eps);
}

inline LayerNorm layer_norm(int64_t width, double eps) { return LayerNorm(width, eps); }

}  // namespace big
