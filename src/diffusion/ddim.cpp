#include <torch/torch.h>

#include <cmath>

#include "prediction.h"
#include "sampler.h"

namespace big {
namespace {

/// Denoising diffusion implicit models, arXiv 2010.02502, eq. 12 with eta 0; equals diffusers' DDIMScheduler.
class Ddim final : public Sampler {
 public:
  Ddim(const NoiseSchedule& schedule, int64_t steps) : config_(schedule.config()) {
    const auto bars = schedule.alphas_cumprod().contiguous();
    bars_.assign(bars.data_ptr<float>(), bars.data_ptr<float>() + bars.numel());
    for (const int64_t t : schedule.timesteps(steps)) timesteps_.push_back(static_cast<double>(t));
    stride_ = config_.num_train_timesteps / steps;
  }

  torch::Tensor step(size_t i, const torch::Tensor& x, const torch::Tensor& output, PictureNoise&) override {
    const auto t = static_cast<int64_t>(timesteps_[i]);
    const float bar = alpha_bar(t), next = alpha_bar(t - stride_);
    const float alpha = std::sqrt(bar), sigma = std::sqrt(1 - bar);

    auto x0 = predicted_x0(config_.prediction_type, x, output, alpha, sigma);
    if (config_.clip_sample) x0 = x0.clamp(-config_.clip_sample_range, config_.clip_sample_range);
    const auto eps = predicted_noise(config_.prediction_type, x, output, alpha, sigma);
    return std::sqrt(next) * x0 + std::sqrt(1 - next) * eps;
  }

 private:
  float alpha_bar(int64_t t) const {
    if (t < 0) return config_.set_alpha_to_one ? 1.0F : bars_.front();
    return bars_[std::min(static_cast<size_t>(t),
                          bars_.size() - 1)];  // an offset may point one beyond the end
  }

  NoiseScheduleConfig config_;
  int64_t stride_ = 0;
  std::vector<float> bars_;
};

}  // namespace

std::unique_ptr<Sampler> make_ddim(const NoiseSchedule& schedule, int64_t steps) {
  return std::make_unique<Ddim>(schedule, steps);
}

}  // namespace big
