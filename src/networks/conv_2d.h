#pragma once

#include "big/networks/adapted_layer.h"

namespace big {

/// Square kernel, the same stride and zero padding on both axes, one group: all that Stable Diffusion has.
struct Conv2dOptions {
  int64_t in = 0, out = 0, kernel = 1, stride = 1, padding = 0;
};

/// torch::nn::Conv2d, in numbers and names, with room for adapters.
class Conv2dImpl : public Module, public AdaptedLayer {
 public:
  explicit Conv2dImpl(const Conv2dOptions& options);
  /// x [B,in,h,w] -> [B,out,h',w'].
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor& base_weight() override { return weight; }
  void reset_parameters() override;

  const Conv2dOptions options;
  torch::Tensor weight;  ///< [out,in,kernel,kernel]
  torch::Tensor bias;    ///< [out]

 protected:
  torch::Tensor operate(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
  torch::Tensor operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
};
using Conv2d = Held<Conv2dImpl>;

}  // namespace big
