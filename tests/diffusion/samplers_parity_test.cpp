#include <gtest/gtest.h>

#include "big/core/text.h"
#include "sampler_runs.h"

namespace big {
namespace {

constexpr double kTolerance = 1e-4;  // of the largest |x| of the step

struct Drawn {
  std::vector<torch::Tensor> xs;
  std::vector<double> timesteps;
};

Drawn draw(const test::SamplerRun& run, const SamplerChoice& choice) {
  Drawn drawn;
  PictureNoise noise(run.seeds);
  SampleRequest request;
  request.sampler = choice;
  request.steps = run.steps;
  request.shape = run.x.sizes().slice(2).vec();
  request.on_step = [&](int64_t, const torch::Tensor& x) { drawn.xs.push_back(x); };
  sample(request, NoiseSchedule(run.config), noise, [&](const torch::Tensor& x, double t) {
    drawn.timesteps.push_back(t);
    return test::stand_in_network(x, t);
  });
  return drawn;
}

/// The largest difference of any step, in parts of that step's largest |x|; infinite where a number is not
/// finite.
double worst_difference(const Drawn& drawn, const test::SamplerRun& run) {
  double worst = 0;
  for (size_t i = 0; i < drawn.xs.size(); ++i) {
    const auto expected = run.x[static_cast<int64_t>(i) + 1];
    const auto difference = ((drawn.xs[i] - expected).abs().max() / expected.abs().max()).item<double>();
    worst = std::isfinite(difference) ? std::max(worst, difference) : std::numeric_limits<double>::infinity();
  }
  return worst;
}

TEST(SamplersParity, EveryStepOfEveryRunEqualsDiffusers) {
  double worst = 0;
  std::string worst_name;
  const auto runs = test::sampler_runs();
  for (const auto& run : runs) {
    SCOPED_TRACE(run.name);
    const auto drawn = draw(run, choose_sampler(run.sampler, run.config));
    ASSERT_EQ(static_cast<int64_t>(drawn.xs.size()), run.steps);
    const double difference = worst_difference(drawn, run);
    EXPECT_LE(difference, kTolerance);
    if (difference <= worst) continue;
    worst = difference;
    worst_name = run.name;
  }
  EXPECT_GE(runs.size(), 200U);
  std::cout << runs.size() << " runs, worst difference " << worst << " of max|x| (" << worst_name << ")\n";
}

TEST(SamplersParity, TheNetworkIsToldTheTimestepsOfDiffusers) {
  for (const auto& run : test::sampler_runs()) {
    SCOPED_TRACE(run.name);
    const auto drawn = draw(run, choose_sampler(run.sampler, run.config));
    ASSERT_EQ(static_cast<int64_t>(drawn.timesteps.size()), run.timesteps.numel());
    for (size_t i = 0; i < drawn.timesteps.size(); ++i)
      EXPECT_NEAR(drawn.timesteps[i], run.timesteps[static_cast<int64_t>(i)].item<double>(), 1e-3)
          << "step " << i;
  }
}

/// The check is worth something only if it tells samplers apart: planted faults must be found.
TEST(SamplersParity, ADifferentSamplerOrOptionIsNoticed) {
  using enum SamplerKind;
  const auto faults = [](const test::SamplerRun& run) {
    std::vector<std::pair<std::string, double>> found;
    const auto own = choose_sampler(run.sampler, run.config);
    const auto plant = [&](const std::string& what, auto change) {
      auto changed = run;
      auto choice = own;
      change(changed.config, choice);
      found.emplace_back(what, worst_difference(draw(changed, choice), run));
    };
    plant("another sampler",
          [](auto&, auto& choice) { choice.kind = choice.kind == kEuler ? kDdim : kEuler; });
    plant("another prediction", [](auto& c, auto&) {
      c.prediction_type =
          c.prediction_type == PredictionType::kV ? PredictionType::kEpsilon : PredictionType::kV;
    });
    // The solver's Karras sigmas span the whole training range, whatever the spacing; LCM has timesteps of
    // its own.
    const bool spaced = own.kind != kLcm && (own.kind != kDpmSolverPlusPlus2M || !own.karras);
    if (spaced)
      plant("another spacing", [](auto& c, auto&) {
        c.timestep_spacing = c.timestep_spacing == "leading" ? "trailing" : "leading";
      });
    if (own.kind == kLcm) {
      plant("distilled from other steps", [](auto& c, auto&) { c.original_inference_steps = 40; });
      plant("another boundary condition", [](auto& c, auto&) { c.timestep_scaling = 0.001; });
    }
    plant("other betas", [](auto& c, auto&) { c.beta_end *= 1.01; });
    return found;
  };
  int checked = 0;
  for (const auto& run : test::sampler_runs()) {
    if (run.name.rfind("scaled-trailing-v_prediction", 0) != 0) continue;
    ++checked;
    for (const auto& [what, difference] : faults(run))
      EXPECT_GT(difference, kTolerance) << run.name << ": " << what;
  }
  EXPECT_EQ(checked, 7);
}

}  // namespace
}  // namespace big
