#include "big/diffusion/noise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "philox.h"

namespace big {

NoiseSource parse_noise_source(const std::string& name) {
  if (name == "cpu") return NoiseSource::kCpu;
  if (name == "philox") return NoiseSource::kPhilox;
  throw UsageError(concat("rng is \"", name, "\", expected cpu or philox"));
}

PictureNoise::PictureNoise(const std::vector<uint64_t>& seeds, NoiseSource source)
    : seeds_(seeds), source_(source) {
  if (source == NoiseSource::kPhilox) return;
  for (const uint64_t seed : seeds) generators_.push_back(at::make_generator<at::CPUGeneratorImpl>(seed));
}

torch::Tensor PictureNoise::normal(at::IntArrayRef shape) {
  std::vector<int64_t> one{1};
  one.insert(one.end(), shape.begin(), shape.end());
  std::vector<torch::Tensor> pictures;
  for (size_t i = 0; i < seeds_.size(); ++i) {
    pictures.push_back(source_ == NoiseSource::kPhilox
                           ? philox_normal(seeds_[i], draws_, one)
                           : torch::randn(one, generators_[i], torch::kFloat32));
  }
  ++draws_;
  return torch::cat(pictures);  // [pictures, shape...]
}

}  // namespace big
