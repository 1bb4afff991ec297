#include <torch/torch.h>

#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"
#include "prediction.h"
#include "sampler.h"

namespace big {
namespace {

/// Multistep sampling of latent consistency models, arXiv 2310.04378, algorithm 3: each step jumps to clean
/// latents and takes fresh noise to the next level; equals diffusers' LCMScheduler.
class Lcm final : public Sampler {
 public:
  Lcm(const NoiseSchedule& schedule, int64_t steps) : config_(schedule.config()) {
    const auto bars = schedule.alphas_cumprod().contiguous();
    bars_.assign(bars.data_ptr<float>(), bars.data_ptr<float>() + bars.numel());
    const auto most = std::min(config_.original_inference_steps, config_.num_train_timesteps);
    if (steps < 1 || steps > most) {
      throw UsageError(concat("num_inference_steps is ", steps, ", expected 1 to ", most,
                              " (the steps that the model was distilled from; 4 to 8 are usual)"));
    }
    // The model knows the last timesteps of as many equal stretches; of these every so many are taken.
    const int64_t stretch = config_.num_train_timesteps / most;
    const double stride = static_cast<double>(most) / static_cast<double>(steps);
    for (int64_t i = 0; i < steps; ++i) {
      const auto skipped = static_cast<int64_t>(std::floor(static_cast<double>(i) * stride));
      timesteps_.push_back(static_cast<double>((most - skipped) * stretch - 1));
    }
  }

  torch::Tensor step(size_t i,
                     const torch::Tensor& x,
                     const torch::Tensor& output,
                     PictureNoise& noise) override {
    const float bar = alpha_bar(i), alpha = std::sqrt(bar), sigma = std::sqrt(1 - bar);
    auto x0 = predicted_x0(config_.prediction_type, x, output, alpha, sigma);
    if (config_.clip_sample) x0 = x0.clamp(-config_.clip_sample_range, config_.clip_sample_range);

    // At t = 0 the boundary condition of consistency models holds: x itself.
    constexpr float kSigmaData = 0.5F;
    const auto t = static_cast<float>(timesteps_[i] * config_.timestep_scaling);
    const float total = t * t + kSigmaData * kSigmaData;
    const auto clean = (t / std::sqrt(total)) * x0 + (kSigmaData * kSigmaData / total) * x;
    if (i + 1 == timesteps_.size()) return clean;
    const float next = alpha_bar(i + 1);
    const auto fresh = noise.normal(x.sizes().slice(1)).to(x.options());
    return std::sqrt(next) * clean + std::sqrt(1 - next) * fresh;
  }

 private:
  float alpha_bar(size_t i) const { return bars_[static_cast<size_t>(timesteps_[i])]; }

  NoiseScheduleConfig config_;
  std::vector<float> bars_;
};

}  // namespace

std::unique_ptr<Sampler> make_lcm(const NoiseSchedule& schedule, int64_t steps) {
  return std::make_unique<Lcm>(schedule, steps);
}

}  // namespace big
