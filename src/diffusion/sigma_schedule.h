#pragma once

#include <vector>

#include "big/diffusion/samplers.h"

namespace big {

/// Where a run stands: levels x = x0 + sigma eps.
struct SigmaSchedule {
  std::vector<double> sigmas;     ///< steps + 1, falling, fp32 values
  std::vector<double> timesteps;  ///< of all but the last, as the network is told
  double initial_scale = 1;       ///< of the unit noise that x starts from
  double final_scale = 1;         ///< from the last x to latents
};

/// The levels of a choice whose sampler is not one of whole timesteps, by diffusers' rules (web UIs' where
/// diffusers has no such schedule). Throws UsageError for a number of steps that the model does not allow.
SigmaSchedule make_sigma_schedule(const NoiseSchedule& schedule,
                                  const SamplerChoice& choice,
                                  AlignedModel aligned,
                                  int64_t steps);

}  // namespace big
