#include "big/diffusion/sampler_catalog.h"

#include <algorithm>
#include <stdexcept>

namespace big {
namespace {

std::vector<SamplerInfo> make_catalog() {
  using enum SamplerKind;
  using enum LevelRules;
  using enum ScheduleKind;
  // Own etas: diffusers' defaults. Automatic schedules: the web UIs' (version 1.9 and later).
  return {
      {kDdim, "DDIM", "DDIMScheduler", {}, kTimesteps, kUniform, 0.0},
      {kPlms, "PLMS", "PNDMScheduler", {"pndm"}, kTimesteps, kUniform, {}},
      {kEuler, "Euler", "EulerDiscreteScheduler", {}, kSpaced, kUniform, {}},
      {kEulerAncestral,
       "Euler a",
       "EulerAncestralDiscreteScheduler",
       {"euler_ancestral"},
       kSpaced,
       kUniform,
       1.0},
      {kHeun, "Heun", "HeunDiscreteScheduler", {}, kSpaced, kUniform, {}},
      {kLms, "LMS", "LMSDiscreteScheduler", {}, kSpaced, kUniform, {}},
      {kDpm2, "DPM2", "KDPM2DiscreteScheduler", {"dpm_2"}, kSpaced, kKarras, {}},
      {kDpm2Ancestral,
       "DPM2 a",
       "KDPM2AncestralDiscreteScheduler",
       {"dpm_2_a", "dpm_2_ancestral"},
       kSpaced,
       kKarras,
       1.0},
      {kDpmSolverPlusPlus2S,
       "DPM++ 2S",
       "DPMSolverSinglestepScheduler",
       {"dpmsingle"},
       kDivided,
       kUniform,
       {}},
      {kDpmSolverPlusPlus2SAncestral,
       "DPM++ 2S a",
       "",
       {"dpmpp_2s_a", "dpmpp_2s_ancestral"},
       kSpaced,
       kKarras,
       1.0},
      {kDpmSolverPlusPlus2M,
       "DPM++ 2M",
       "DPMSolverMultistepScheduler",
       {"dpmpp_2m", "dpmsolver++"},
       kDivided,
       kKarras,
       {}},
      {kDpmSolverPlusPlusSde, "DPM++ SDE", "DPMSolverSDEScheduler", {"dpmpp_sde"}, kSpaced, kKarras, 1.0},
      {kDpmSolverPlusPlus2MSde,
       "DPM++ 2M SDE",
       "DPMSolverMultistepScheduler",
       {"dpmpp_2m_sde", "sde-dpmsolver++"},
       kDivided,
       kExponential,
       1.0},
      {kDpmSolverPlusPlus2MSdeHeun,
       "DPM++ 2M SDE Heun",
       "DPMSolverMultistepScheduler",
       {"dpmpp_2m_sde_heun"},
       kDivided,
       kExponential,
       1.0},
      {kDpmSolverPlusPlus3MSde, "DPM++ 3M SDE", "", {"dpmpp_3m_sde"}, kDivided, kExponential, 1.0},
      {kUniPc, "UniPC", "UniPCMultistepScheduler", {"uni_pc"}, kDivided, kUniform, {}},
      {kDeis, "DEIS", "DEISMultistepScheduler", {}, kDivided, kUniform, {}},
      {kRestart, "Restart", "", {}, kSpaced, kKarras, {}},
      {kLcm, "LCM", "LCMScheduler", {}, kTimesteps, kUniform, {}},
      {kTcd, "TCD", "TCDScheduler", {}, kTimesteps, kUniform, 0.3},
  };
}

std::vector<ScheduleInfo> make_schedules() {
  using enum ScheduleKind;
  return {{kAutomatic, "automatic", "Automatic"},
          {kUniform, "uniform", "Uniform"},
          {kKarras, "karras", "Karras"},
          {kExponential, "exponential", "Exponential"},
          {kPolyexponential, "polyexponential", "Polyexponential"},
          {kSgmUniform, "sgm_uniform", "SGM Uniform"},
          {kSimple, "simple", "Simple"},
          {kNormal, "normal", "Normal"},
          {kBeta, "beta", "Beta"},
          {kAlignYourSteps, "align_your_steps", "Align Your Steps"}};
}

template <class Info, class Kind>
const Info& find_kind(const std::vector<Info>& catalog, Kind kind) {
  const auto found =
      std::find_if(catalog.begin(), catalog.end(), [&](const Info& info) { return info.kind == kind; });
  if (found == catalog.end()) throw std::logic_error("a sampler or schedule that the catalog lacks");
  return *found;
}

}  // namespace

const std::vector<SamplerInfo>& sampler_catalog() {
  static const auto kCatalog = make_catalog();
  return kCatalog;
}

const SamplerInfo& sampler_info(SamplerKind kind) { return find_kind(sampler_catalog(), kind); }

const std::vector<ScheduleInfo>& schedule_catalog() {
  static const auto kCatalog = make_schedules();
  return kCatalog;
}

const ScheduleInfo& schedule_info(ScheduleKind kind) { return find_kind(schedule_catalog(), kind); }

}  // namespace big
