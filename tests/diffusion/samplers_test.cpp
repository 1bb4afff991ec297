#include "big/diffusion/samplers.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <csignal>

#include "big/core/error.h"
#include "big/core/interrupt.h"

namespace big {
namespace {

using enum SamplerKind;

/// Every sampler as it comes, and one of each family on each schedule.
std::vector<SamplerChoice> all_choices() {
  std::vector<SamplerChoice> all;
  for (const auto& info : sampler_catalog()) all.push_back({info.kind, ScheduleKind::kAutomatic});
  for (const auto& schedule : schedule_catalog())
    for (const auto kind : {kEuler, kHeun, kDpmSolverPlusPlus2M, kUniPc, kDeis})
      all.push_back({kind, schedule.kind});
  return all;
}

const std::vector<SamplerChoice> kAll = all_choices();

NoiseScheduleConfig stable_diffusion() {
  NoiseScheduleConfig config;
  config.beta_schedule = "scaled_linear";
  config.beta_start = 0.00085;
  config.beta_end = 0.012;
  config.clip_sample = false;
  config.timestep_spacing = "trailing";
  return config;
}

SampleRequest request_for(const SamplerChoice& choice, int64_t steps) {
  SampleRequest request;
  request.sampler = choice;
  request.steps = steps;
  request.shape = {4, 8, 8};
  return request;
}

torch::Tensor draw(const SamplerChoice& choice,
                   const std::vector<uint64_t>& seeds,
                   torch::ScalarType dtype = torch::kFloat32) {
  PictureNoise noise(seeds);
  auto request = request_for(choice, 5);
  request.dtype = dtype;
  return sample(request, NoiseSchedule(stable_diffusion()), noise,
                [](const torch::Tensor& x, double) { return 0.5 * torch::tanh(x); });
}

std::string label(const SamplerChoice& choice) { return sampler_name(choice) + " " + schedule_type(choice); }

const auto tanh_network = [](const torch::Tensor& x, double) { return 0.5 * torch::tanh(x); };

TEST(Samplers, APerfectNetworkIsBroughtToItsPicture) {
  // A network that always knows x0 must lead every sampler there, whatever the noise.
  auto config = stable_diffusion();
  config.prediction_type = PredictionType::kSample;
  const auto picture = torch::randn({2, 4, 8, 8});
  for (const auto& choice : kAll) {
    PictureNoise noise({5, 6});
    const auto x = sample(request_for(choice, 12), NoiseSchedule(config), noise,
                          [&](const torch::Tensor&, double) { return picture; });
    // DEIS and TCD end at the least noise of training.
    const double left = choice.kind == kDeis || choice.kind == kTcd ? 0.2 : 1e-4;
    EXPECT_TRUE(torch::allclose(x, picture, left, left)) << label(choice);
  }
}

TEST(Samplers, APictureDependsOnItsOwnSeedAlone) {
  for (const auto& choice : kAll) {
    const auto batch = draw(choice, {7, 8, 9});
    const auto alone = draw(choice, {9});
    EXPECT_TRUE(torch::allclose(batch[2], alone[0], 0, 1e-6)) << label(choice);
    EXPECT_FALSE(torch::allclose(batch[1], alone[0], 0, 1e-2)) << label(choice);
  }
}

/// x0 and eps mixed as a timestep of training, whole or between two, has them.
torch::Tensor noised(const torch::Tensor& x0, const torch::Tensor& eps, double t) {
  const auto bars = NoiseSchedule(stable_diffusion()).alphas_cumprod();
  const auto log_sigma = [&](int64_t at) {
    const double bar = bars[std::min<int64_t>(at, bars.size(0) - 1)].item<double>();
    return 0.5 * std::log((1 - bar) / bar);
  };
  const auto low = static_cast<int64_t>(t);
  const double share = t - static_cast<double>(low);
  const double sigma = std::exp((1 - share) * log_sigma(low) + share * log_sigma(low + 1));
  return (x0 + sigma * eps) / std::sqrt(sigma * sigma + 1);
}

TEST(Samplers, ARunFromAPictureBeginsWithTheNoiseThatTheNetworkIsTold) {
  const auto picture = torch::randn({1, 4, 8, 8});
  for (const auto& choice : kAll) {
    for (const int64_t skipped : {1, 4, 8}) {
      auto request = request_for(choice, 9);
      request.start = {picture, skipped};
      PictureNoise noise({7}), same({7});
      const auto eps = same.normal({4, 8, 8});
      torch::Tensor seen;
      double told = 0;
      int64_t steps = 0;
      request.on_step = [&](int64_t, const torch::Tensor&) { ++steps; };
      sample(request, NoiseSchedule(stable_diffusion()), noise, [&](const torch::Tensor& x, double t) {
        if (!seen.defined()) std::tie(seen, told) = std::pair(x, t);
        return tanh_network(x, t);
      });
      const auto off = [&](double t) { return (seen - noised(picture, eps, t)).abs().max().item<double>(); };
      // Some schedules tell whole timesteps.
      EXPECT_LT(off(told), 0.01) << label(choice) << ", " << skipped << " left out";
      EXPECT_GT(off(told + 40), 0.01) << label(choice) << ": another level would be noticed";
      EXPECT_EQ(steps, 9 - skipped) << label(choice);
    }
  }
}

TEST(Samplers, WhatAMaskKeepsIsThePictures) {
  const auto picture = torch::randn({2, 4, 8, 8});
  auto drawn = torch::zeros({1, 1, 8, 8});
  drawn.slice(3, 4).fill_(1);
  for (const auto& choice : kAll) {
    const auto with = [&](const torch::Tensor& mask) {
      auto request = request_for(choice, 6);
      request.start = {picture, 2};
      if (mask.defined()) request.kept = {picture, mask};
      PictureNoise noise({7, 8});
      return sample(request, NoiseSchedule(stable_diffusion()), noise, tanh_network);
    };
    const auto half = with(drawn), all = with(torch::ones_like(drawn)), free = with({});
    EXPECT_TRUE(torch::equal(half.slice(3, 0, 4), picture.slice(3, 0, 4))) << label(choice);
    EXPECT_FALSE(torch::allclose(half.slice(3, 4), picture.slice(3, 4), 0, 0.1)) << label(choice);
    EXPECT_TRUE(torch::allclose(all, free, 0, 1e-5)) << label(choice);
  }
}

TEST(Samplers, NoStepLeftIsRefused) {
  for (const auto kind : {kDdim, kEuler, kDpmSolverPlusPlus2M}) {
    auto request = request_for({kind, ScheduleKind::kAutomatic}, 5);
    request.start = {torch::randn({1, 4, 8, 8}), 5};
    PictureNoise noise({7});
    EXPECT_THROW(sample(request, NoiseSchedule(stable_diffusion()), noise, tanh_network), UsageError);
  }
}

TEST(Samplers, EtaIsTheShareOfFreshNoise) {
  for (const auto& info : sampler_catalog()) {
    if (!info.eta) continue;
    const auto with = [&](std::optional<double> eta) {
      PictureNoise noise({7});
      auto request = request_for({info.kind, ScheduleKind::kAutomatic}, 6);
      request.eta = eta;
      return sample(request, NoiseSchedule(stable_diffusion()), noise, tanh_network);
    };
    EXPECT_TRUE(torch::equal(with(std::nullopt), with(info.eta))) << info.name;
    EXPECT_FALSE(torch::allclose(with(0.0), with(0.5), 0, 1e-3)) << info.name;
    EXPECT_FALSE(torch::allclose(with(0.5), with(1.0), 0, 1e-3)) << info.name;
    EXPECT_THROW(with(1.5), UsageError) << info.name;
  }
}

TEST(Samplers, AnEtaWithoutUseIsRefused) {
  PictureNoise noise({1});
  auto request = request_for({kEuler, ScheduleKind::kAutomatic}, 4);
  request.eta = 0.5;
  EXPECT_THROW(sample(request, NoiseSchedule(stable_diffusion()), noise, tanh_network), UsageError);
}

TEST(Samplers, MoreStepsFollowTheSameBrownianPath) {
  // Twice the steps change a picture less than another seed does.
  const auto drawn = [](uint64_t seed, int64_t steps) {
    PictureNoise noise({seed});
    auto config = stable_diffusion();
    config.prediction_type = PredictionType::kV;
    return sample(request_for({kDpmSolverPlusPlus2MSde, ScheduleKind::kKarras}, steps), NoiseSchedule(config),
                  noise, [](const torch::Tensor& x, double) { return 0.1 * x; });
  };
  const auto distance = [](const torch::Tensor& a, const torch::Tensor& b) {
    return (a - b).norm().item<double>();
  };
  EXPECT_LT(distance(drawn(5, 40), drawn(5, 80)), 0.5 * distance(drawn(5, 40), drawn(6, 40)));
}

TEST(Samplers, AZeroTerminalSnrIsTakenByAllButPlms) {
  auto config = stable_diffusion();
  config.rescale_betas_zero_snr = true;
  config.prediction_type = PredictionType::kSample;
  const auto picture = torch::randn({1, 4, 8, 8});
  for (const auto& choice : kAll) {
    PictureNoise noise({5});
    const auto run = [&] {
      return sample(request_for(choice, 12), NoiseSchedule(config), noise,
                    [&](const torch::Tensor&, double) { return picture; });
    };
    if (choice.kind == kPlms) {
      EXPECT_THROW(run(), UsageError);
      continue;
    }
    const double left = choice.kind == kDeis || choice.kind == kTcd ? 0.2 : 1e-3;
    EXPECT_TRUE(torch::allclose(run(), picture, left, left)) << label(choice);
  }
}

TEST(Samplers, LatentsKeepTheRequestedType) {
  for (const auto& choice : kAll) {
    const auto exact = draw(choice, {1}, torch::kFloat64);
    EXPECT_EQ(exact.scalar_type(), torch::kFloat64) << label(choice);
    EXPECT_TRUE(torch::allclose(exact.to(torch::kFloat32), draw(choice, {1}), 1e-4, 1e-4)) << label(choice);
    const auto half = draw(choice, {1}, torch::kBFloat16);
    EXPECT_EQ(half.scalar_type(), torch::kBFloat16) << label(choice);
    // Eight bits of mantissa, carried on by Adams and Bashforth's large weights.
    const double left = choice.kind == kLms ? 0.4 : 0.15;
    EXPECT_TRUE(torch::allclose(half.to(torch::kFloat32), draw(choice, {1}), left, left)) << label(choice);
  }
}

TEST(Samplers, StepsAreReportedInOrder) {
  PictureNoise noise({1});
  auto request = request_for({kDdim, ScheduleKind::kAutomatic}, 4);
  std::vector<int64_t> seen;
  request.on_step = [&](int64_t i, const torch::Tensor&) { seen.push_back(i); };
  sample(request, NoiseSchedule(stable_diffusion()), noise, [](const torch::Tensor& x, double) { return x; });
  EXPECT_EQ(seen, (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST(Samplers, WhatTheNetworkTakesTheLatentsForIsShownAfterEachStep) {
  const auto picture = torch::randn({1, 4, 8, 8});
  for (const auto type : {PredictionType::kEpsilon, PredictionType::kV, PredictionType::kSample}) {
    auto config = stable_diffusion();
    config.prediction_type = type;
    const NoiseSchedule schedule(config);
    for (const auto& choice : kAll) {
      // A network that knows the picture says it in its own words: x = alpha x0 + sigma eps.
      const auto network = [&](const torch::Tensor& x, double timestep) {
        const auto bar = schedule.alphas_cumprod()[static_cast<int64_t>(std::lround(timestep))].item<double>();
        const double alpha = std::sqrt(bar), sigma = std::sqrt(1 - bar);
        if (type == PredictionType::kSample) return picture;
        const auto eps = (x - alpha * picture) / sigma;
        return type == PredictionType::kV ? alpha * eps - sigma * picture : eps;
      };
      PictureNoise noise({5});
      auto request = request_for(choice, 6);
      int64_t seen = 0;
      request.on_denoised = [&](int64_t i, const torch::Tensor& x0) {
        EXPECT_EQ(i, seen++);
        // The network above rounds the fractional timesteps of some schedules.
        EXPECT_LT((x0 - picture).abs().mean().item<double>(), 0.2) << label(choice) << ", step " << i;
      };
      sample(request, schedule, noise, network);
      EXPECT_EQ(seen, 6) << label(choice);
    }
  }
}

TEST(Samplers, TheLastCleanLatentsShownAreTheResult) {
  for (const auto kind : {kEuler, kEulerAncestral, kDdim}) {
    auto config = stable_diffusion();
    config.set_alpha_to_one = true;
    PictureNoise noise({5});
    auto request = request_for({kind, ScheduleKind::kAutomatic}, 5);
    torch::Tensor last;
    request.on_denoised = [&](int64_t, const torch::Tensor& x0) { last = x0; };
    const auto result = sample(request, NoiseSchedule(config), noise, tanh_network);
    EXPECT_TRUE(torch::allclose(last, result, 1e-4, 1e-5)) << label({kind, ScheduleKind::kAutomatic});
  }
}

TEST(Samplers, ASignalStopsTheRunBeforeTheNextStep) {
  PictureNoise noise({1});
  int calls = 0;
  const auto network = [&](const torch::Tensor& x, double) {
    if (++calls == 3) set_pending_signal(SIGTERM);
    return x;
  };
  EXPECT_THROW(sample(request_for({kEuler, ScheduleKind::kAutomatic}, 10), NoiseSchedule(stable_diffusion()),
                      noise, network),
               Interrupted);
  set_pending_signal(0);
  EXPECT_EQ(calls, 3);
}

TEST(Samplers, ImpossibleNumbersOfStepsAreRefused) {
  const NoiseSchedule schedule(stable_diffusion());
  const auto network = [](const torch::Tensor& x, double) { return x; };
  for (const auto& choice : kAll) {
    for (const int64_t steps : {-1, 0, 1001}) {
      PictureNoise noise({1});
      EXPECT_THROW(sample(request_for(choice, steps), schedule, noise, network), UsageError)
          << label(choice) << steps;
    }
  }
}

TEST(Samplers, AsManyStepsAsThereAreStayInsideTheTable) {
  for (const std::string spacing : {"leading", "trailing", "linspace"}) {
    auto config = stable_diffusion();
    config.num_train_timesteps = 200;
    config.original_inference_steps = 200;
    config.timestep_spacing = spacing;
    config.steps_offset = 1;  // leading begins at 200 then, one beyond the table
    for (const auto& choice : kAll) {
      // DPM-Solvers divide the way into one part more.
      const bool one_less = sampler_info(choice.kind).levels == LevelRules::kDivided &&
                            spacing == "leading" && choice.kind != kDpmSolverPlusPlus2S;
      PictureNoise noise({1});
      auto request = request_for(choice, one_less ? 199 : 200);
      request.shape = {1, 2, 2};
      const auto x = sample(request, NoiseSchedule(config), noise, tanh_network);
      EXPECT_TRUE(x.isfinite().all().item<bool>()) << label(choice) << " " << spacing;
    }
  }
}

TEST(Samplers, OptionsThatAreNotBuiltAreNamed) {
  const auto refusal = [](SamplerKind kind, auto change) -> std::string {
    auto config = stable_diffusion();
    change(config);
    PictureNoise noise({1});
    try {
      sample(request_for({kind, ScheduleKind::kAutomatic}, 4), NoiseSchedule(config), noise, tanh_network);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  };
  const auto names = [](const std::string& message, const std::string& key) {
    return message.find("scheduler_config.json: '" + key + "'") != std::string::npos;
  };
  EXPECT_TRUE(names(refusal(kDpmSolverPlusPlus2S, [](auto& c) { c.solver_order = 3; }), "solver_order"));
  for (const auto kind : {kDpmSolverPlusPlus2M, kUniPc, kDeis})
    EXPECT_TRUE(names(refusal(kind, [](auto& c) { c.solver_order = 4; }), "solver_order"));
  EXPECT_TRUE(names(refusal(kDpmSolverPlusPlus2M, [](auto& c) { c.algorithm_type = "dpmsolver"; }),
                    "algorithm_type"));
  EXPECT_TRUE(names(refusal(kPlms, [](auto& c) { c.class_name = "PNDMScheduler"; }), "skip_prk_steps"));
  EXPECT_EQ(refusal(kPlms, [](auto& c) { c.skip_prk_steps = true; }), "accepted");
}

}  // namespace
}  // namespace big
