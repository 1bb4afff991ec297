#pragma once

#include <ATen/core/Generator.h>
#include <torch/types.h>

#include <string>
#include <vector>

namespace big {

/// Whose numbers a seed stands for. kCpu: torch.Generator().manual_seed(seed) on the CPU, as diffusers takes
/// them; kPhilox: torch.randn on a CUDA device, as the web UIs' "GPU" and "NV".
enum class NoiseSource { kCpu, kPhilox };
/// "cpu" | "philox"; throws UsageError for another word.
NoiseSource parse_noise_source(const std::string& name);

/// One random stream per picture, so that a picture depends on its seed alone, whatever batch it is drawn in.
/// The numbers are made on the CPU and moved to the device of the latents afterwards (as diffusers does with
/// a list of CPU generators), so they are the same on every device.
class PictureNoise {
 public:
  explicit PictureNoise(const std::vector<uint64_t>& seeds, NoiseSource source = NoiseSource::kCpu);
  /// [pictures, shape...] standard normal, fp32 on the CPU; the next numbers of every stream.
  torch::Tensor normal(at::IntArrayRef shape);
  const std::vector<uint64_t>& seeds() const { return seeds_; }

 private:
  std::vector<uint64_t> seeds_;
  NoiseSource source_;
  std::vector<at::Generator> generators_;  ///< of kCpu
  uint64_t draws_ = 0;                     ///< so far
};

}  // namespace big
