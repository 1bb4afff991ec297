#include "big/diffusion/noise_schedule.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "sampler_runs.h"

namespace big {
namespace {

NoiseScheduleConfig config_of(const std::string& name) {
  NoiseScheduleConfig config;
  if (name == "scaled" || name == "zsnr") {
    config.beta_schedule = "scaled_linear";
    config.beta_start = 0.00085;
    config.beta_end = 0.012;
    config.rescale_betas_zero_snr = name == "zsnr";
  } else if (name == "cosine") {
    config.beta_schedule = "squaredcos_cap_v2";
  }
  return config;
}

const std::vector<std::string> kNames = {"scaled", "linear", "zsnr", "cosine"};

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

TEST(NoiseSchedule, TablesEqualDiffusers) {
  const auto& file = test::sampler_references();
  for (const auto& name : kNames) {
    const NoiseSchedule schedule(config_of(name));
    EXPECT_EQ(schedule.betas().scalar_type(), torch::kFloat32);
    EXPECT_LE(largest_difference(schedule.betas(), file.tensor("betas." + name)), 1e-7) << name;
    EXPECT_LE(largest_difference(schedule.alphas_cumprod(), file.tensor("alphas_cumprod." + name)), 1e-7) << name;
  }
}

TEST(NoiseSchedule, NoisedLatentsAndVelocityEqualDiffusers) {
  const auto& file = test::sampler_references();
  const auto x0 = file.tensor("schedule.x0"), noise = file.tensor("schedule.noise"),
             t = file.tensor("schedule.t");
  for (const auto& name : kNames) {
    auto config = config_of(name);
    config.prediction_type = PredictionType::kV;
    const NoiseSchedule schedule(config);
    EXPECT_LE(largest_difference(schedule.add_noise(x0, noise, t), file.tensor("noisy." + name)), 1e-6) << name;
    EXPECT_LE(largest_difference(schedule.training_target(x0, noise, t), file.tensor("velocity." + name)), 1e-6)
        << name;
    const auto exact = schedule.add_noise(x0.to(torch::kFloat64), noise.to(torch::kFloat64), t);
    EXPECT_EQ(exact.scalar_type(), torch::kFloat64);
    EXPECT_LE(largest_difference(exact, file.tensor("noisy64." + name)), 1e-7) << name;  // tables are fp32
  }
}

TEST(NoiseSchedule, TargetFollowsThePredictionType) {
  const auto x0 = torch::randn({2, 4, 3, 3}), noise = torch::randn({2, 4, 3, 3}),
             t = torch::tensor({10, 900});
  auto config = config_of("scaled");
  EXPECT_TRUE(torch::equal(NoiseSchedule(config).training_target(x0, noise, t), noise));
  config.prediction_type = PredictionType::kSample;
  EXPECT_TRUE(torch::equal(NoiseSchedule(config).training_target(x0, noise, t), x0));
}

TEST(NoiseSchedule, AddNoiseKeepsVariance) {
  const NoiseSchedule schedule(config_of("scaled"));
  for (const int64_t t : {0, 250, 500, 999}) {
    const auto x0 = torch::randn({1, 4, 128, 128}), noise = torch::randn({1, 4, 128, 128});
    EXPECT_NEAR(schedule.add_noise(x0, noise, torch::tensor({t})).var().item<double>(), 1.0, 0.03) << t;
  }
}

TEST(NoiseSchedule, ZeroTerminalSnrEndsInPureNoise) {
  const NoiseSchedule schedule(config_of("zsnr"));
  EXPECT_LT(schedule.alphas_cumprod()[-1].item<float>(), 1e-10F);
  EXPECT_GT(NoiseSchedule(config_of("scaled")).alphas_cumprod()[-1].item<float>(), 1e-3F);
}

TEST(NoiseSchedule, TimestepsFollowTheSpacing) {
  auto config = config_of("scaled");
  EXPECT_EQ(NoiseSchedule(config).timesteps(4), (std::vector<int64_t>{750, 500, 250, 0}))
      << "DDIM's own is leading";
  config.timestep_spacing = "trailing";
  EXPECT_EQ(NoiseSchedule(config).timesteps(4), (std::vector<int64_t>{999, 749, 499, 249}));
  config.timestep_spacing = "linspace";
  EXPECT_EQ(NoiseSchedule(config).timesteps(4), (std::vector<int64_t>{999, 666, 333, 0}));
  EXPECT_EQ(NoiseSchedule(config).timesteps(1), (std::vector<int64_t>{0}));
}

TEST(NoiseSchedule, TrailingTimestepsAreAsManyAsAskedFor) {
  auto config = config_of("scaled");
  config.timestep_spacing = "trailing";
  for (int64_t steps = 1; steps <= 1000; ++steps) {
    const auto timesteps = NoiseSchedule(config).timesteps(steps);
    ASSERT_EQ(static_cast<int64_t>(timesteps.size()), steps);
    ASSERT_GE(timesteps.back(), 0) << steps;
  }
}

std::string error_of(const std::string& json) {
  try {
    NoiseScheduleConfig::from_json(parse_json(json, "test"), "scheduler_config.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(NoiseScheduleConfig, WhatIsNotBuiltIsRefusedByName) {
  for (const std::string key : {"thresholding", "use_lu_lambdas", "use_flow_sigmas"})
    EXPECT_NE(error_of("{\"" + key + "\": true}").find("scheduler_config.json: '" + key + "'"),
              std::string::npos)
        << key;
  EXPECT_NE(error_of(R"({"predict_x0": false})").find("'predict_x0'"), std::string::npos);
  EXPECT_NE(error_of(R"({"disable_corrector": [0]})").find("'disable_corrector'"), std::string::npos);
  EXPECT_NE(error_of(R"({"use_karras_sigmas": true, "use_beta_sigmas": true})").find("alone"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"beta_schedule": "sigmoid"})").find("expected linear, scaled_linear"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"prediction_type": "flow_prediction"})").find("'prediction_type'"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"num_train_timesteps": 0})").find("'num_train_timesteps'"), std::string::npos);
  EXPECT_NE(error_of(R"({"beta_start": 0.5, "beta_end": 0.1})").find("'beta_start'"), std::string::npos);
  EXPECT_NE(error_of(R"({"timestep_spacing": 3})").find("'timestep_spacing'"), std::string::npos);
}

TEST(NoiseScheduleConfig, AnEmptyFileGivesTheDefaultsOfDiffusers) {
  const auto config = NoiseScheduleConfig::from_json(parse_json("{}", "test"), "test");
  EXPECT_EQ(config.num_train_timesteps, 1000);
  EXPECT_EQ(config.beta_schedule, "linear");
  EXPECT_TRUE(config.clip_sample);
  EXPECT_TRUE(config.set_alpha_to_one);
  EXPECT_TRUE(config.timestep_spacing.empty());
}

}  // namespace
}  // namespace big
