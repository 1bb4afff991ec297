#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <tuple>
#include <vector>

#include "diffusion/sampler_runs.h"

namespace big::test {

inline constexpr double kTolerance = 1e-4;  // of the largest |x| of the step

/// What came of a run.
struct Drawn {
  std::vector<torch::Tensor> xs;
  std::vector<double> timesteps;
  torch::Tensor result;
};

/// Draws a run, begun and told as its reference.
inline Drawn draw(const SamplerRun& run, const SamplerChoice& choice, const ModelFn& network) {
  Drawn drawn;
  PictureNoise noise(run.seeds);
  SampleRequest request;
  request.sampler = choice;
  request.steps = run.steps;
  request.eta = run.eta;
  request.aligned = run.aligned;
  request.shape = run.x.sizes().slice(2).vec();
  request.dtype = run.x.scalar_type();
  if (run.skipped > 0) request.start = {start_latents(), run.skipped};
  request.on_step = [&](int64_t, const torch::Tensor& x) { drawn.xs.push_back(x); };
  drawn.result = sample(request, NoiseSchedule(run.config), noise, [&](const torch::Tensor& x, double t) {
    drawn.timesteps.push_back(t);
    return network(x, t);
  });
  return drawn;
}

/// In parts of the largest |expected|; infinite where a number is not finite.
inline double difference(const torch::Tensor& ours, const torch::Tensor& expected) {
  const auto parts = ((ours - expected).abs().max() / expected.abs().max()).item<double>();
  return std::isfinite(parts) ? parts : std::numeric_limits<double>::infinity();
}

/// The largest difference of any step.
inline double worst_difference(const Drawn& drawn, const SamplerRun& run) {
  double worst = 0;
  for (size_t i = 0; i < drawn.xs.size(); ++i)
    worst = std::max(worst, difference(drawn.xs[i], run.x[static_cast<int64_t>(i) + 1]));
  return worst;
}

/// Whether runs draw each sampler on each schedule that it follows with each prediction.
inline void expect_every_combination(const std::vector<SamplerRun>& runs) {
  std::set<std::tuple<SamplerKind, ScheduleKind, PredictionType>> drawn;
  for (const auto& run : runs)
    drawn.emplace(run.choice().kind, resolved_schedule(run.choice()), run.config.prediction_type);
  for (const auto& info : sampler_catalog()) {
    for (const auto& schedule : schedule_catalog()) {
      const bool is_uniform = schedule.kind == ScheduleKind::kUniform;
      const bool is_followed = info.levels != LevelRules::kTimesteps || is_uniform;
      if (!is_followed || schedule.kind == ScheduleKind::kAutomatic) continue;
      for (const auto prediction : {PredictionType::kEpsilon, PredictionType::kV, PredictionType::kSample}) {
        // Of x0 diffusers' PLMS knows nothing.
        if (info.kind == SamplerKind::kPlms && prediction == PredictionType::kSample) continue;
        EXPECT_TRUE(drawn.count({info.kind, schedule.kind, prediction}) != 0)
            << info.name << " on " << schedule.name << ", prediction " << static_cast<int>(prediction);
      }
    }
  }
}

}  // namespace big::test
