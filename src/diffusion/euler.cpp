#include <torch/torch.h>

#include "prediction.h"
#include "sigma_sampler.h"

namespace big {
namespace {

/// Euler's method on the probability flow, arXiv 2206.00364, algorithm 2 without churn or correction; equals
/// diffusers' EulerDiscreteScheduler.
class Euler final : public SigmaSampler {
 public:
  using SigmaSampler::SigmaSampler;

  torch::Tensor step(size_t i, const torch::Tensor& x, const torch::Tensor& output, PictureNoise&) override {
    const float sigma = sigmas_[i], next = sigmas_[i + 1];
    const auto slope = (x - denoised(prediction_, x, output, sigma)) / sigma;  // dx / dsigma
    return x + slope * (next - sigma);
  }
};

}  // namespace

std::unique_ptr<Sampler> make_euler(const NoiseSchedule& schedule, int64_t steps, bool karras) {
  return std::make_unique<Euler>(schedule, steps, karras);
}

}  // namespace big
