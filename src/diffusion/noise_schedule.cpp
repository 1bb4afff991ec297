#include "big/diffusion/noise_schedule.h"

#include <torch/types.h>

#include <cmath>

#include "big/core/error.h"
#include "spacing.h"

namespace big {
namespace {

/// The cosine schedule of arXiv 2102.09672, eq. 17, each beta at most 0.999 (diffusers' betas_for_alpha_bar).
torch::Tensor cosine_betas(int64_t train_steps) {
  const auto alpha_bar = [](double t) { return std::pow(std::cos((t + 0.008) / 1.008 * M_PI / 2), 2); };
  std::vector<float> betas;
  const auto T = static_cast<double>(train_steps);
  for (int64_t i = 0; i < train_steps; ++i) {
    const auto t = static_cast<double>(i);
    betas.push_back(static_cast<float>(std::min(1 - alpha_bar((t + 1) / T) / alpha_bar(t / T), 0.999)));
  }
  return torch::tensor(betas);
}

torch::Tensor make_betas(const NoiseScheduleConfig& c) {
  if (!c.trained_betas.empty()) return torch::tensor(c.trained_betas, torch::kFloat32);
  if (c.beta_schedule == "linear")
    return torch::linspace(c.beta_start, c.beta_end, c.num_train_timesteps, torch::kFloat32);
  if (c.beta_schedule == "scaled_linear")
    return torch::linspace(std::sqrt(c.beta_start), std::sqrt(c.beta_end), c.num_train_timesteps,
                           torch::kFloat32)
        .square();
  if (c.beta_schedule == "squaredcos_cap_v2") return cosine_betas(c.num_train_timesteps);
  throw InputError("noise schedule: 'beta_schedule' is \"" + c.beta_schedule +
                   "\", expected linear, scaled_linear or squaredcos_cap_v2");
}

/// Shifts and scales sqrt(abar) so that the last step is pure noise (arXiv 2305.08891, algorithm 1).
torch::Tensor rescale_to_zero_terminal_snr(const torch::Tensor& betas) {
  auto root = torch::cumprod(1 - betas, 0).sqrt();
  const auto first = root[0].clone(), last = root[-1].clone();
  root = (root - last) * (first / (first - last));
  const auto bar = root.square();
  const auto alphas = torch::cat({bar.slice(0, 0, 1), bar.slice(0, 1) / bar.slice(0, 0, -1)});
  return 1 - alphas;
}

/// sqrt(abar_t) and sqrt(1 - abar_t), [B,1,1,1], in the latents' dtype before the root is taken, as diffusers
/// does.
std::pair<torch::Tensor, torch::Tensor> signal_and_noise(const torch::Tensor& alphas_cumprod,
                                                         const torch::Tensor& t,
                                                         const torch::Tensor& like) {
  const auto bar = alphas_cumprod.to(like.options()).index_select(0, t.to(like.device())).view({-1, 1, 1, 1});
  return {bar.sqrt(), (1 - bar).sqrt()};
}

}  // namespace

NoiseSchedule::NoiseSchedule(const NoiseScheduleConfig& config) : config_(config) {
  const torch::NoGradGuard no_grad;
  betas_ = make_betas(config);
  if (config.rescale_betas_zero_snr) betas_ = rescale_to_zero_terminal_snr(betas_);
  alphas_cumprod_ = torch::cumprod(1 - betas_, 0);
}

torch::Tensor NoiseSchedule::add_noise(const torch::Tensor& x0,
                                       const torch::Tensor& noise,
                                       const torch::Tensor& t) const {
  const auto [signal, sigma] = signal_and_noise(alphas_cumprod_, t, x0);
  return signal * x0 + sigma * noise;
}

torch::Tensor NoiseSchedule::training_target(const torch::Tensor& x0,
                                             const torch::Tensor& noise,
                                             const torch::Tensor& t) const {
  switch (config_.prediction_type) {
    case PredictionType::kEpsilon:
      return noise;
    case PredictionType::kSample:
      return x0;
    case PredictionType::kV:
      break;
  }
  const auto [signal, sigma] = signal_and_noise(alphas_cumprod_, t, x0);
  return signal * noise - sigma * x0;
}

std::vector<int64_t> NoiseSchedule::timesteps(int64_t steps) const {
  std::vector<int64_t> rounded;
  for (const double t : spaced_timesteps(config_, "leading", steps)) rounded.push_back(std::llrint(t));
  return rounded;
}

}  // namespace big
