#include <torch/torch.h>

#include <cmath>

#include "prediction.h"
#include "sigma_sampler.h"

namespace big {
namespace {

/// Euler steps that go below the next noise level and add fresh noise back up to it, as k-diffusion's
/// sample_euler_ancestral; equals diffusers' EulerAncestralDiscreteScheduler.
class EulerAncestral final : public SigmaSampler {
 public:
  EulerAncestral(const NoiseSchedule& schedule, int64_t steps)
      : SigmaSampler(schedule, steps, /*karras=*/false) {
    sigmas_.back() = 0;  // whatever final_sigmas_type says: the scheduler has no such option
  }

  torch::Tensor step(size_t i,
                     const torch::Tensor& x,
                     const torch::Tensor& output,
                     PictureNoise& noise) override {
    const float sigma = sigmas_[i], next = sigmas_[i + 1];
    const float up = std::sqrt(next * next * (sigma * sigma - next * next) / (sigma * sigma));
    const float down = std::sqrt(next * next - up * up);

    const auto slope = (x - denoised(prediction_, x, output, sigma)) / sigma;
    const auto fresh = noise.normal(x.sizes().slice(1)).to(x.options());
    return x + slope * (down - sigma) + fresh * up;
  }
};

}  // namespace

std::unique_ptr<Sampler> make_euler_ancestral(const NoiseSchedule& schedule, int64_t steps) {
  return std::make_unique<EulerAncestral>(schedule, steps);
}

}  // namespace big
