#pragma once

#include <optional>
#include <string>
#include <vector>

namespace big {

enum class SamplerKind {
  kDdim,
  kPlms,
  kEuler,
  kEulerAncestral,
  kHeun,
  kLms,
  kDpm2,
  kDpm2Ancestral,
  kDpmSolverPlusPlus2S,
  kDpmSolverPlusPlus2SAncestral,
  kDpmSolverPlusPlus2M,
  kDpmSolverPlusPlusSde,
  kDpmSolverPlusPlus2MSde,
  kDpmSolverPlusPlus2MSdeHeun,
  kDpmSolverPlusPlus3MSde,
  kUniPc,
  kDeis,
  kRestart,
  kLcm,
  kTcd,
};

/// How a run's noise levels lie: the web UIs' schedule types. kAutomatic is the web UIs' choice for the
/// sampler, kUniform the model's own timesteps as its scheduler file spaces them.
enum class ScheduleKind {
  kAutomatic,
  kUniform,
  kKarras,
  kExponential,
  kPolyexponential,
  kSgmUniform,
  kSimple,
  kNormal,
  kBeta,
  kAlignYourSteps,
};

/// Whose noise levels align_your_steps takes (arXiv 2404.14507).
enum class AlignedModel { kStableDiffusion, kStableDiffusionXl };

/// Which levels a sampler can stand on, and whose rules for them hold.
enum class LevelRules {
  kTimesteps,  ///< the model's whole timesteps alone: no schedule but uniform
  kSpaced,     ///< any; uniform from the first to the last timestep, as diffusers' Euler
  kDivided,    ///< any; uniform the starts of equal parts, whole timesteps, as diffusers' DPM-Solvers
};

/// What there is to know of a sampler.
struct SamplerInfo {
  SamplerKind kind;
  std::string name;                  ///< the web UIs'
  std::string diffusers_class;       ///< whose steps it equals; empty: diffusers has none
  std::vector<std::string> aliases;  ///< of kohya's scripts, sd.cpp and ComfyUI
  LevelRules levels;
  ScheduleKind automatic;     ///< never kAutomatic
  std::optional<double> eta;  ///< share of fresh noise while nobody says otherwise; none: it takes no noise
};

/// All samplers, in the order to show them in.
const std::vector<SamplerInfo>& sampler_catalog();
const SamplerInfo& sampler_info(SamplerKind kind);

struct ScheduleInfo {
  ScheduleKind kind;
  std::string name, label;  ///< "sgm_uniform", and as the web UIs write it: "SGM Uniform"
};
/// All schedules, kAutomatic first.
const std::vector<ScheduleInfo>& schedule_catalog();
const ScheduleInfo& schedule_info(ScheduleKind kind);

}  // namespace big
