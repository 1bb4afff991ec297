#include <gtest/gtest.h>

#include <set>

#include "big/core/text.h"
#include "sampler_parity.h"

namespace big {
namespace {

using test::difference;
using test::kTolerance;
using test::worst_difference;

test::Drawn draw(const test::SamplerRun& run, const SamplerChoice& choice) {
  return test::draw(run, choice, test::stand_in_network);
}

TEST(SamplersParity, EveryStepOfEveryRunIsThatOfItsReference) {
  double worst = 0;
  std::string worst_name;
  std::set<SamplerKind> kinds;
  std::set<ScheduleKind> schedules;
  const auto& runs = test::sampler_runs();
  for (const auto& run : runs) {
    SCOPED_TRACE(run.name);
    const auto choice = run.choice();
    kinds.insert(choice.kind);
    schedules.insert(resolved_schedule(choice));
    const auto drawn = draw(run, choice);
    EXPECT_EQ(static_cast<int64_t>(drawn.xs.size()), run.x.size(0) - 1);
    if (static_cast<int64_t>(drawn.xs.size()) != run.x.size(0) - 1) continue;
    const double found = worst_difference(drawn, run);
    EXPECT_LE(found, kTolerance);
    EXPECT_LE(difference(drawn.result, run.result), kTolerance) << "the latents at the end";
    if (found <= worst) continue;
    worst = found;
    worst_name = run.name;
  }
  EXPECT_GE(runs.size(), 900U);
  EXPECT_EQ(kinds.size(), sampler_catalog().size());
  EXPECT_EQ(schedules.size(), schedule_catalog().size() - 1) << "all but automatic";
  std::cout << runs.size() << " runs, worst difference " << worst << " of max|x| (" << worst_name << ")\n";
}

TEST(SamplersParity, EverySamplerIsDrawnOnEveryScheduleWithEveryPrediction) {
  test::expect_every_combination(test::sampler_runs());
}

TEST(SamplersParity, TheNetworkIsToldTheTimestepsOfItsReference) {
  for (const auto& run : test::sampler_runs()) {
    SCOPED_TRACE(run.name);
    const auto drawn = draw(run, run.choice());
    EXPECT_EQ(static_cast<int64_t>(drawn.timesteps.size()), run.timesteps.numel());
    if (static_cast<int64_t>(drawn.timesteps.size()) != run.timesteps.numel()) continue;
    const auto told = torch::tensor(drawn.timesteps, torch::kFloat64);
    EXPECT_LE((told - run.timesteps.to(torch::kFloat64)).abs().max().item<double>(), 2e-2);
  }
}

/// Runs of one configuration, for the faults below.
std::vector<test::SamplerRun> plain_runs() {
  std::vector<test::SamplerRun> found;
  for (const auto& run : test::sampler_runs())
    if (run.name == "scaled-trailing-v_prediction-" + run.sampler ||
        run.name == "own-v_prediction-" + run.sampler + " uniform")
      found.push_back(run);
  return found;
}

/// The check is worth something only if it tells samplers apart: planted faults must be found.
TEST(SamplersParity, EveryOtherSamplerIsNoticed) {
  const auto runs = plain_runs();
  EXPECT_EQ(runs.size(), sampler_catalog().size() + 3) << "Euler a, LMS and DPM++ SDE have two references";
  for (const auto& run : runs) {
    for (const auto& info : sampler_catalog()) {
      // Runs this short leave Restart without steps to spare: Heun's.
      const auto heun = [](SamplerKind kind) {
        return kind == SamplerKind::kHeun || kind == SamplerKind::kRestart;
      };
      if (info.kind == run.choice().kind || (heun(info.kind) && heun(run.choice().kind))) continue;
      EXPECT_GT(worst_difference(draw(run, {info.kind, ScheduleKind::kUniform}), run), kTolerance)
          << run.name << " drawn by " << info.name;
    }
  }
}

TEST(SamplersParity, EveryOtherScheduleIsNoticed) {
  for (const auto& run : plain_runs()) {
    if (sampler_info(run.choice().kind).levels == LevelRules::kTimesteps) continue;
    for (const auto& info : schedule_catalog()) {
      if (info.kind == ScheduleKind::kUniform || info.kind == ScheduleKind::kAutomatic) continue;
      EXPECT_GT(worst_difference(draw(run, {run.choice().kind, info.kind}), run), kTolerance)
          << run.name << " on " << info.name;
    }
  }
}

TEST(SamplersParity, AnotherBeginningIsNoticed) {
  int64_t checked = 0;
  for (const auto& run : test::sampler_runs()) {
    if (run.skipped == 0 || run.steps != 9) continue;
    ++checked;
    auto changed = run;
    changed.skipped -= 1;
    auto first = draw(changed, run.choice());
    first.xs.erase(first.xs.begin());
    EXPECT_GT(worst_difference(first, run), kTolerance) << run.name;
  }
  EXPECT_GE(checked, 90);
}

TEST(SamplersParity, OtherOptionsOfTheModelAreNoticed) {
  for (const auto& run : plain_runs()) {
    const auto plant = [&](const std::string& what, auto change) {
      auto changed = run;
      change(changed);
      EXPECT_GT(worst_difference(draw(changed, run.choice()), run), kTolerance) << run.name << ": " << what;
    };
    plant("another prediction", [](auto& r) { r.config.prediction_type = PredictionType::kEpsilon; });
    plant("other betas", [](auto& r) { r.config.beta_end *= 1.01; });
    // These keep to spacings of their own.
    const auto& name = run.sampler;
    if (name != "LCM" && name != "TCD" && name != "DPM++ 2S")
      plant("another spacing", [](auto& r) { r.config.timestep_spacing = "leading"; });
    if (name == "LCM" || name == "TCD")
      plant("distilled from other steps", [](auto& r) { r.config.original_inference_steps = 40; });
    if (name == "LCM")
      plant("another boundary condition", [](auto& r) { r.config.timestep_scaling = 0.001; });
    if (sampler_info(run.choice().kind).eta.value_or(0) > 0)
      plant("another eta", [](auto& r) { r.eta = 0.9 * sampler_info(r.choice().kind).eta.value(); });
  }
}

}  // namespace
}  // namespace big
