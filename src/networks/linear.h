#pragma once

#include "big/networks/adapted_layer.h"

namespace big {

enum class Bias { kNo, kYes };

/// torch::nn::Linear, in numbers and names, with room for adapters.
class LinearImpl : public Module, public AdaptedLayer {
 public:
  LinearImpl(int64_t in, int64_t out, Bias has_bias = Bias::kYes);
  /// x [...,in] -> [...,out].
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor& base_weight() override { return weight; }
  void reset_parameters() override;

  torch::Tensor weight;  ///< [out,in]
  torch::Tensor bias;    ///< [out], or undefined

 protected:
  torch::Tensor operate(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
  torch::Tensor operate_pointwise(const torch::Tensor& x, const torch::Tensor& other_weight) const override;
};
using Linear = Held<LinearImpl>;

}  // namespace big
