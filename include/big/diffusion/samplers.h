#pragma once

#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "big/diffusion/noise.h"
#include "big/diffusion/noise_schedule.h"

namespace big {

enum class SamplerKind { kDdim, kEuler, kEulerAncestral, kDpmSolverPlusPlus2M, kLcm };

/// A person's choice: the kind, and whether sigmas follow Karras (arXiv 2206.00364, rho 7).
struct SamplerChoice {
  SamplerKind kind = SamplerKind::kDdim;
  bool karras = false;
};
/// By the web UIs' name or diffusers' class name, any case ("DPM++ 2M Karras", "DPMSolverMultistepScheduler",
/// "Euler a", "EulerAncestralDiscreteScheduler", "DDIM", "LCM"). "DPM++ 2M" without a schedule: what `folder`
/// says if it is that class, else Karras; " Karras" or " Uniform" at the end says it. Euler, and diffusers'
/// class names, follow the folder's use_karras_sigmas. An empty name means the folder's own scheduler (one
/// that is not built, such as PNDM, falls back to DDIM with a log line). Throws UsageError naming the
/// nearest.
SamplerChoice choose_sampler(const std::string& name, const NoiseScheduleConfig& folder);
/// The web UIs' two fields: sampler ("DPM++ 2M") and schedule type ("Karras", "Automatic").
std::string sampler_name(const SamplerChoice& choice);
std::string schedule_type(const SamplerChoice& choice);

/// The network as a sampler sees it: x_in [B,C,h,w] as the network takes it, timestep (may be fractional) ->
/// its raw output (epsilon, v or x0 by the schedule's prediction type), guidance already applied.
using ModelFn = std::function<torch::Tensor(const torch::Tensor& x_in, double timestep)>;

/// Draws: starts from `noise`'s first numbers times the sampler's initial sigma and ends at clean latents
/// [B,C,h,w]. `on_step(i, x)` after each step (parity tests record them). Checks for signals between steps.
/// Equal to diffusers' DDIMScheduler (eta 0), EulerDiscreteScheduler, EulerAncestralDiscreteScheduler,
/// DPMSolverMultistepScheduler (dpmsolver++, order 2, midpoint) and LCMScheduler made with `from_config` from
/// the same config. (One difference: where diffusers' trailing spacing gains a step by rounding, as for 61
/// steps, this one does not.) Throws UsageError unless 1 <= steps <= num_train_timesteps (LCM:
/// original_inference_steps).
struct SampleRequest {
  SamplerChoice sampler;
  int64_t steps = 50;
  std::vector<int64_t> shape;  ///< C, h, w
  torch::Device device = torch::kCPU;
  torch::ScalarType dtype = torch::kFloat32;  ///< of the latents between steps
  std::function<void(int64_t step, const torch::Tensor& x)> on_step;
};
torch::Tensor sample(const SampleRequest& request,
                     const NoiseSchedule& schedule,
                     PictureNoise& noise,
                     const ModelFn& model);

}  // namespace big
