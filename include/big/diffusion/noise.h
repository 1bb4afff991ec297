#pragma once

#include <ATen/core/Generator.h>
#include <torch/types.h>

#include <vector>

namespace big {

/// One random stream per picture, so that a picture depends on its seed alone, whatever batch it is drawn in.
/// Numbers are those of torch.Generator().manual_seed(seed) on the CPU, moved to the device of the latents
/// afterwards (as diffusers does with a list of CPU generators).
class PictureNoise {
 public:
  explicit PictureNoise(const std::vector<uint64_t>& seeds);
  /// [pictures, shape...] standard normal, fp32 on the CPU; the next numbers of every stream.
  torch::Tensor normal(at::IntArrayRef shape);
  const std::vector<uint64_t>& seeds() const { return seeds_; }

 private:
  std::vector<uint64_t> seeds_;
  std::vector<at::Generator> generators_;
};

}  // namespace big
