#include "big/diffusion/noise.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/types.h>

namespace big {

PictureNoise::PictureNoise(const std::vector<uint64_t>& seeds) : seeds_(seeds) {
  for (const uint64_t seed : seeds) generators_.push_back(at::make_generator<at::CPUGeneratorImpl>(seed));
}

torch::Tensor PictureNoise::normal(at::IntArrayRef shape) {
  std::vector<int64_t> one{1};
  one.insert(one.end(), shape.begin(), shape.end());
  std::vector<torch::Tensor> pictures;
  for (auto& generator : generators_) pictures.push_back(torch::randn(one, generator, torch::kFloat32));
  return torch::cat(pictures);  // [pictures, shape...]
}

}  // namespace big
