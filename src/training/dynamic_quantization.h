#pragma once

#include <torch/types.h>

namespace big {

/// Numbers that are quantised together: they share one scale.
constexpr int64_t kQuantizationBlock = 256;

/// 256 numbers in [-1, 1] (or [0, 1]), fine around 0 and coarse at the ends: a sign, a run of zeros for the
/// power of ten, and what is left for the fraction ("8-bit Optimizers via Block-wise Quantization", arXiv
/// 2110.02861; bitsandbytes' create_dynamic_map).
enum class CodeRange { kSigned, kUnsigned };
class DynamicCodes {
 public:
  explicit DynamicCodes(CodeRange range);
  const torch::Tensor& values() const { return values_; }  ///< [256] fp32, rising

  /// codes [blocks,256] uint8, scales [blocks] fp32 -> numbers [blocks,256] fp32.
  torch::Tensor decode(const torch::Tensor& codes, const torch::Tensor& scales) const;
  /// Numbers [blocks,256] -> the nearest codes, written into `codes`, and each block's largest size, into
  /// `scales`. What is negative stays so: it is never stored as 0.
  void encode(const torch::Tensor& numbers, torch::Tensor codes, torch::Tensor scales) const;

 private:
  CodeRange range_;
  torch::Tensor values_, middles_;  ///< middles: [255], where the nearest code changes
};

}  // namespace big
