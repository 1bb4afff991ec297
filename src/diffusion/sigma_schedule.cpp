#include "sigma_schedule.h"

#include <cmath>

#include "sigma_curves.h"
#include "spacing.h"

namespace big {
namespace {

bool is_multistep_dpm_solver(SamplerKind kind) {
  using enum SamplerKind;
  return kind == kDpmSolverPlusPlus2M || kind == kDpmSolverPlusPlus2MSde ||
         kind == kDpmSolverPlusPlus2MSdeHeun || kind == kDpmSolverPlusPlus3MSde;
}

/// The first timestep that is not used: those with lambda = -log sigma below the clip are left out (the
/// cosine schedule needs it).
int64_t end_of_run(const NoiseScheduleConfig& config, const std::vector<float>& table) {
  auto end = config.num_train_timesteps;
  while (end > 1 && -std::log(table[static_cast<size_t>(end - 1)]) < config.lambda_min_clipped) --end;
  return end;
}

/// The model's own timesteps.
std::vector<double> uniform_timesteps(NoiseScheduleConfig config,
                                      SamplerKind kind,
                                      const std::vector<float>& table,
                                      int64_t steps) {
  if (sampler_info(kind).levels == LevelRules::kSpaced) return spaced_timesteps(config, "linspace", steps);
  const bool clips = is_multistep_dpm_solver(kind) || kind == SamplerKind::kDpmSolverPlusPlus2S;
  if (kind == SamplerKind::kDpmSolverPlusPlus2S) config.timestep_spacing = "linspace";  // it knows no other
  auto timesteps =
      solver_timesteps(config, steps, clips ? end_of_run(config, table) : config.num_train_timesteps);
  for (double& t : timesteps) t = std::nearbyint(t);
  return timesteps;
}

/// From the first to the last of the levels that curves are drawn between.
struct Range {
  double most, least;
};

std::vector<double> sigmas_of(ScheduleKind kind,
                              const Range& range,
                              const std::vector<float>& table,
                              AlignedModel aligned,
                              int64_t steps) {
  constexpr double kWebUiRho = 1;
  switch (kind) {
    case ScheduleKind::kKarras:
      return karras_sigmas(range.most, range.least, steps);
    case ScheduleKind::kExponential:
      return exponential_sigmas(range.most, range.least, steps);
    case ScheduleKind::kPolyexponential:
      return polyexponential_sigmas(range.most, range.least, steps, kWebUiRho);
    case ScheduleKind::kBeta:
      return beta_sigmas(range.most, range.least, steps);
    case ScheduleKind::kSgmUniform:
      return sgm_uniform_sigmas(table, steps);
    case ScheduleKind::kSimple:
      return simple_sigmas(table, steps);
    case ScheduleKind::kNormal:
      return normal_sigmas(table, steps);
    case ScheduleKind::kAlignYourSteps:
      return align_your_steps_sigmas(aligned, steps);
    case ScheduleKind::kAutomatic:
    case ScheduleKind::kUniform:
      break;
  }
  throw std::logic_error("a schedule without sigmas of its own");
}

/// diffusers tells the network whole timesteps where it keeps them as integers, which cut what was not
/// rounded before.
double told_timestep(double t, SamplerKind kind, ScheduleKind schedule, const NoiseScheduleConfig& config) {
  const bool divided = sampler_info(kind).levels == LevelRules::kDivided;
  if (schedule == ScheduleKind::kKarras) {
    if (is_multistep_dpm_solver(kind) && config.beta_schedule == "squaredcos_cap_v2") return std::trunc(t);
    const bool rounds = divided || kind == SamplerKind::kDpm2 || kind == SamplerKind::kDpm2Ancestral;
    return rounds ? std::nearbyint(t) : t;
  }
  const bool cuts = divided && (schedule == ScheduleKind::kExponential || schedule == ScheduleKind::kBeta);
  return cuts ? std::trunc(t) : t;
}

double last_sigma(SamplerKind kind, const NoiseScheduleConfig& config, const std::vector<float>& table) {
  if (kind == SamplerKind::kDeis) return table.front();  // its logarithms end above zero noise
  const bool has_option = kind == SamplerKind::kEuler || sampler_info(kind).levels == LevelRules::kDivided;
  return has_option ? final_sigma(config, table) : 0;
}

}  // namespace

SigmaSchedule make_sigma_schedule(const NoiseSchedule& schedule,
                                  const SamplerChoice& choice,
                                  AlignedModel aligned,
                                  int64_t steps) {
  const auto& config = schedule.config();
  const auto table = sigma_table(schedule);
  const bool divided = sampler_info(choice.kind).levels == LevelRules::kDivided;
  const auto kind = resolved_schedule(choice);

  SigmaSchedule result;
  result.timesteps = uniform_timesteps(config, choice.kind, table, steps);
  result.sigmas = interpolate(table, result.timesteps);
  if (kind != ScheduleKind::kUniform) {
    // DPM-Solvers' curves span the whole range of training, whatever the spacing.
    const Range range =
        divided ? Range{table.back(), table.front()} : Range{result.sigmas.front(), result.sigmas.back()};
    result.sigmas = sigmas_of(kind, range, table, aligned, steps);
    result.timesteps.clear();
    for (const double sigma : result.sigmas)
      result.timesteps.push_back(told_timestep(timestep_of_sigma(table, sigma), choice.kind, kind, config));
  }
  result.sigmas.push_back(last_sigma(choice.kind, config, table));
  // diffusers keeps both in fp32.
  for (double& sigma : result.sigmas) sigma = static_cast<float>(sigma);
  for (double& t : result.timesteps) t = static_cast<float>(t);

  // DPM-Solvers start from unit noise where x = alpha x0 + sigma eps; so do runs that begin below the
  // noisiest step, as leading spacing does: there the clean part of x is not negligible.
  const double most = result.sigmas.front(), least = result.sigmas.back();
  const bool unit = divided || config.timestep_spacing == "leading";
  result.initial_scale = unit ? std::sqrt(most * most + 1) : most;
  if (divided) result.final_scale = 1 / std::sqrt(least * least + 1);
  return result;
}

}  // namespace big
