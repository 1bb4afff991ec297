#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "sampler_run.h"
#include "sigma_curves.h"

namespace big {
namespace {

/// Pictures of a Gaussian, mean 0.5 and deviation 1: what a perfect network says is known, and so is the
/// probability flow's solution.
constexpr double kMean = 0.5, kMost = 1000, kLeast = 0.3;

torch::Tensor clean(const torch::Tensor& x, double sigma) {
  return (x + sigma * sigma * kMean) / (1 + sigma * sigma);
}

torch::Tensor exact(const torch::Tensor& x, double from, double to) {
  return kMean + (x - kMean) * std::sqrt((1 + to * to) / (1 + from * from));
}

/// The error of a run of `steps` without fresh noise.
double error_of(SigmaSampler sampler, int64_t steps, int64_t solver_order = 2) {
  SigmaRun run;
  run.config.solver_order = solver_order;
  run.config.lower_order_final = false;
  run.sigmas = exponential_sigmas(kMost, kLeast, steps + 1);
  run.denoised = run.denoised_between = clean;
  run.end_step = [](const torch::Tensor& x, double) { return x; };
  const auto x = torch::tensor({-1.2, 0.3, 2.0}, torch::kFloat64) * kMost;
  run.fresh_noise = [&] { return torch::zeros_like(x); };
  return (sampler(run, x) - exact(x, kMost, kLeast)).abs().max().item<double>();
}

/// The error of a run over whole timesteps, which lie as densely as those of the longest run need.
double timestep_error_of(TimestepSampler sampler, int64_t steps) {
  constexpr int64_t kTimesteps = 4096;
  TimestepRun run;
  run.config.num_train_timesteps = kTimesteps;
  run.config.set_alpha_to_one = false;  // ends on the first timestep
  run.config.clip_sample = false;
  const auto sigmas = exponential_sigmas(kMost, kLeast, kTimesteps);
  for (auto sigma = sigmas.rbegin(); sigma != sigmas.rend(); ++sigma)
    run.alphas_cumprod.push_back(1 / (1 + *sigma * *sigma));
  for (int64_t t = kTimesteps - 1; t >= 0; t -= kTimesteps / steps) run.timesteps.push_back(t);
  run.output = [&](const torch::Tensor& x, int64_t t) {
    const double bar = run.alpha_bar(t), sigma = std::sqrt((1 - bar) / bar);
    const auto noisy = x / std::sqrt(bar);
    return (noisy - clean(noisy, sigma)) / sigma;
  };
  run.end_step = [](const torch::Tensor& x, double) { return x; };
  const auto x = torch::tensor({-1.2, 0.3, 2.0}, torch::kFloat64) * kMost;
  const double begin = std::sqrt(run.alphas_cumprod.back()), end = std::sqrt(run.alphas_cumprod.front());
  return (sampler(run, x * begin) / end - exact(x, kMost, kLeast)).abs().max().item<double>();
}

/// How often halving the steps halves the error.
double order_of(SigmaSampler sampler, int64_t solver_order = 2) {
  constexpr int64_t kSteps = 128;
  return std::log2(error_of(sampler, kSteps, solver_order) / error_of(sampler, 2 * kSteps, solver_order));
}

double order_of(TimestepSampler sampler) {
  constexpr int64_t kSteps = 128;
  return std::log2(timestep_error_of(sampler, kSteps) / timestep_error_of(sampler, 2 * kSteps));
}

TEST(Convergence, FirstOrder) {
  EXPECT_NEAR(order_of(sample_euler), 1, 0.1);
  EXPECT_NEAR(order_of(sample_euler_ancestral), 1, 0.1);
  EXPECT_NEAR(order_of(sample_dpmpp_2m, 1), 1, 0.1);
  EXPECT_NEAR(order_of(sample_dpmpp_2s, 1), 1, 0.1);
  EXPECT_NEAR(order_of(sample_deis, 1), 1, 0.1);
  EXPECT_NEAR(order_of(sample_ddim), 1, 0.1);
  EXPECT_NEAR(order_of(sample_tcd), 1, 0.1) << "without fresh noise: DDIM";
}

TEST(Convergence, SecondOrder) {
  for (const auto sampler :
       {sample_heun, sample_dpm2, sample_dpm2_ancestral, sample_dpmpp_2s, sample_dpmpp_2s_ancestral,
        sample_dpmpp_sde, sample_dpmpp_2m, sample_dpmpp_2m_sde, sample_dpmpp_2m_sde_heun, sample_deis})
    EXPECT_NEAR(order_of(sampler), 2, 0.15);
  EXPECT_EQ(error_of(sample_restart, 19), error_of(sample_heun, 19)) << "too short to restart: Heun's steps";
  EXPECT_NEAR(order_of(sample_plms), 2, 0.15) << "as its paper says, arXiv 2202.09778";
}

TEST(Convergence, ThirdOrderAndMore) {
  // Their first steps are of lower order: hardly felt where they begin at this much noise, in which the clean
  // latents hardly move, and least in long runs.
  EXPECT_NEAR(order_of(sample_deis, 3), 3, 0.5);
  EXPECT_GT(order_of(sample_lms), 2.6);
  EXPECT_NEAR(order_of(sample_unipc), 3, 0.4) << "order 2, corrected";
  EXPECT_GT(order_of(sample_unipc, 3), 3.2);
}

TEST(Convergence, ThreeMultistepsOfDpmSolverAreCloserButOfSecondOrder) {
  // Its last term has half the weight that order 3 needs, in the paper's code, diffusers and k-diffusion
  // alike.
  EXPECT_NEAR(order_of(sample_dpmpp_2m, 3), 2, 0.25);
  EXPECT_NEAR(order_of(sample_dpmpp_3m_sde), 2, 0.25);
  EXPECT_LT(error_of(sample_dpmpp_3m_sde, 64), 0.8 * error_of(sample_dpmpp_2m, 64));
}

TEST(Convergence, TheOrderIsTheSamplersOwn) {
  // A sampler that loses its second evaluation would pass nothing above: Euler's is not of order 2.
  EXPECT_LT(order_of(sample_euler), 1.5);
  EXPECT_LT(order_of(sample_heun), 2.5);
}

TEST(Convergence, StochasticSamplersKeepTheDeviationOfThePictures) {
  SigmaRun run;
  run.eta = 1;
  constexpr double kNoisy = 20;
  run.sigmas = karras_sigmas(kNoisy, 0.02, 60);
  run.sigmas.push_back(0);
  run.denoised = run.denoised_between = clean;
  run.end_step = [](const torch::Tensor& x, double) { return x; };
  const auto options = torch::TensorOptions().dtype(torch::kFloat64);
  torch::manual_seed(3);
  const std::vector<int64_t> shape = {20000};
  run.fresh_noise = [&] { return torch::randn(shape, options); };
  run.brownian_noise = [&](double, double) { return torch::randn(shape, options); };
  for (const auto sampler :
       {sample_euler_ancestral, sample_dpm2_ancestral, sample_dpmpp_2s_ancestral, sample_dpmpp_2m_sde,
        sample_dpmpp_2m_sde_heun, sample_dpmpp_3m_sde, sample_restart}) {
    const auto x = sampler(run, kMean + torch::randn(shape, options) * std::sqrt(kNoisy * kNoisy + 1));
    EXPECT_NEAR(x.mean().item<double>(), kMean, 0.04);
    EXPECT_NEAR(x.std().item<double>(), 1, 0.06);
  }
}

}  // namespace
}  // namespace big
