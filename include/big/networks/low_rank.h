#pragma once

#include "big/modules/module.h"

namespace big {

/// The numbers of a low-rank change to one weight, [out,in] or [out,in,kh,kw]. r = rank.
struct LowRankTensors {
  torch::Tensor down;      ///< [r,in], of a convolution [r,in,kh,kw]; with `mid` [r,in,1,1]
  torch::Tensor up;        ///< [out,r], of a convolution [out,r,1,1]
  torch::Tensor mid = {};  ///< LoCon's [r,r,kh,kw]; undefined: none
  /// LoHa's second pair: the change is the products of both, multiplied number by number. Undefined: none.
  torch::Tensor down_2 = {}, up_2 = {}, mid_2 = {};
  /// LoKr's [a,c]: the change is its Kronecker product with that of a weight [out/a,in/c,...]. Undefined: none.
  torch::Tensor outer = {};
  /// DoRA's length of each row [out,1...] or column [1,in,1...]; undefined: none.
  torch::Tensor magnitude = {};
  double alpha = 1;  ///< the change counts alpha / r
};

/// A low-rank change to one layer: LoRA (arXiv 2106.09685), for convolutions LoCon, LoHa and LoKr (LyCORIS, arXiv
/// 2309.14859), with magnitudes DoRA (arXiv 2402.09353). The tensors are its parameters, by their names
/// above. It knows its numbers alone; AdaptedLayer puts it beside a weight, merge_adapters into one.
class LowRankImpl : public Module {
 public:
  explicit LowRankImpl(const LowRankTensors& tensors);
  const LowRankTensors& tensors() const { return tensors_; }
  int64_t rank() const { return tensors_.down.size(0); }
  double scale() const { return tensors_.alpha / static_cast<double>(rank()); }
  /// True where activations can go through down, mid and up one after the other; false for LoHa and LoKr.
  bool is_chain() const { return !tensors_.up_2.defined() && !tensors_.outer.defined(); }
  /// up * mid * down, and what LoHa or LoKr make of it, in the shape of the weight that it changes, without alpha.
  torch::Tensor product(c10::IntArrayRef weight_shape) const;
  /// True where `magnitude` holds one number an output (peft), false where one an input (LyCORIS' default).
  bool scales_outputs() const { return tensors_.magnitude.size(1) == 1; }
  /// DoRA's factor: magnitude / norm(weight + strength * product). The norm is a constant to the gradient, as
  /// in the paper's section 4.3 and in peft. `strength` contains alpha / r.
  torch::Tensor magnitude_factor(const torch::Tensor& weight, double strength) const;

 private:
  LowRankTensors tensors_;
};
using LowRank = Held<LowRankImpl>;

}  // namespace big
