#include "big/diffusion/samplers.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <csignal>

#include "big/core/error.h"
#include "big/core/interrupt.h"

namespace big {
namespace {

using enum SamplerKind;

const std::vector<SamplerChoice> kAll = {
    {kDdim, false},
    {kEuler, false},
    {kEuler, true},
    {kEulerAncestral, false},
    {kDpmSolverPlusPlus2M, false},
    {kDpmSolverPlusPlus2M, true},
};

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

TEST(Samplers, APerfectNetworkIsBroughtToItsPicture) {
  // A network that always knows x0 must lead every sampler there, whatever the noise.
  auto config = stable_diffusion();
  config.prediction_type = PredictionType::kSample;
  const auto picture = torch::randn({2, 4, 8, 8});
  for (const auto& choice : kAll) {
    PictureNoise noise({5, 6});
    const auto x = sample(request_for(choice, 12), NoiseSchedule(config), noise,
                          [&](const torch::Tensor&, double) { return picture; });
    EXPECT_TRUE(torch::allclose(x, picture, 1e-4, 1e-4)) << label(choice);
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

TEST(Samplers, AncestralSamplingAddsFreshNoiseOfEachPicture) {
  const auto plain = draw({kEuler, false}, {7, 8}), ancestral = draw({kEulerAncestral, false}, {7, 8});
  EXPECT_FALSE(torch::allclose(plain, ancestral, 0, 1e-2));
}

TEST(Samplers, LatentsKeepTheRequestedType) {
  for (const auto& choice : kAll) {
    const auto exact = draw(choice, {1}, torch::kFloat64);
    EXPECT_EQ(exact.scalar_type(), torch::kFloat64) << label(choice);
    EXPECT_TRUE(torch::allclose(exact.to(torch::kFloat32), draw(choice, {1}), 1e-4, 1e-4)) << label(choice);
    const auto half = draw(choice, {1}, torch::kBFloat16);
    EXPECT_EQ(half.scalar_type(), torch::kBFloat16) << label(choice);
    EXPECT_TRUE(torch::allclose(half.to(torch::kFloat32), draw(choice, {1}), 0.1, 0.1)) << label(choice);
  }
}

TEST(Samplers, StepsAreReportedInOrder) {
  PictureNoise noise({1});
  auto request = request_for({kDdim, false}, 4);
  std::vector<int64_t> seen;
  request.on_step = [&](int64_t i, const torch::Tensor&) { seen.push_back(i); };
  sample(request, NoiseSchedule(stable_diffusion()), noise, [](const torch::Tensor& x, double) { return x; });
  EXPECT_EQ(seen, (std::vector<int64_t>{0, 1, 2, 3}));
}

TEST(Samplers, ASignalStopsTheRunBeforeTheNextStep) {
  PictureNoise noise({1});
  int calls = 0;
  const auto network = [&](const torch::Tensor& x, double) {
    if (++calls == 3) set_pending_signal(SIGTERM);
    return x;
  };
  EXPECT_THROW(sample(request_for({kEuler, false}, 10), NoiseSchedule(stable_diffusion()), noise, network),
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
    config.timestep_spacing = spacing;
    config.steps_offset = 1;  // leading begins at 1000 then, one beyond the table
    for (const auto& choice : kAll) {
      // The solver divides the way into one part more.
      const bool one_less = choice.kind == kDpmSolverPlusPlus2M && spacing == "leading";
      PictureNoise noise({1});
      auto request = request_for(choice, one_less ? 999 : 1000);
      request.shape = {1, 2, 2};
      const auto x = sample(request, NoiseSchedule(config), noise,
                            [](const torch::Tensor& input, double) { return 0.5 * torch::tanh(input); });
      EXPECT_TRUE(x.isfinite().all().item<bool>()) << label(choice) << " " << spacing;
    }
  }
}

TEST(Samplers, WhatTheSolverLacksIsNamed) {
  auto config = stable_diffusion();
  config.solver_order = 3;
  PictureNoise noise({1});
  try {
    sample(request_for({kDpmSolverPlusPlus2M, false}, 4), NoiseSchedule(config), noise,
           [](const torch::Tensor& x, double) { return x; });
    FAIL() << "solver_order 3 was accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("solver_order"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace big
