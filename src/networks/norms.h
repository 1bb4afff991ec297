#pragma once

#include "big/modules/module.h"

namespace big {

/// GroupNorm, in numbers and names.
class GroupNormImpl : public Module {
 public:
  GroupNormImpl(int64_t groups, int64_t channels, double eps);
  /// x [B,channels,...] -> the same.
  torch::Tensor forward(const torch::Tensor& x);
  void reset_parameters() override;
  torch::Tensor weight, bias;  ///< [channels]

 private:
  int64_t groups_;
  double eps_;
};
using GroupNorm = Held<GroupNormImpl>;

/// LayerNorm over the last axis, in numbers and names.
class LayerNormImpl : public Module {
 public:
  LayerNormImpl(int64_t width, double eps);
  /// x [...,width] -> the same.
  torch::Tensor forward(const torch::Tensor& x);
  void reset_parameters() override;
  torch::Tensor weight, bias;  ///< [width]

 private:
  double eps_;
};
using LayerNorm = Held<LayerNormImpl>;

}  // namespace big
