#pragma once

#include <torch/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "big/diffusion/noise.h"
#include "big/diffusion/noise_schedule.h"
#include "big/diffusion/sampler_catalog.h"

namespace big {

/// A person's choice.
struct SamplerChoice {
  SamplerKind kind = SamplerKind::kDdim;
  ScheduleKind schedule = ScheduleKind::kAutomatic;
};

/// By the web UIs' name, diffusers' class name or an alias of the catalog, in any case, with '_', ' ' or
/// nothing between the words; an old name may end with the schedule ("DPM++ 2M Karras", "k_dpmpp_2m_ka").
/// An empty name means the folder's own scheduler. Without a schedule (empty `schedule` and none in the
/// name), diffusers' class names, and samplers that the web UIs leave uniform, follow the folder's
/// use_karras_sigmas, use_exponential_sigmas and use_beta_sigmas; so does the sampler that the folder itself
/// names; others are automatic. Throws UsageError for an unknown name (with the nearest), for two schedules
/// that differ, and for a schedule that the sampler cannot follow; InputError for a folder's own scheduler
/// that is not built.
SamplerChoice choose_sampler(const std::string& name,
                             const std::string& schedule,
                             const NoiseScheduleConfig& folder);
/// What kAutomatic stands for.
ScheduleKind resolved_schedule(const SamplerChoice& choice);
/// The web UIs' two fields: sampler ("DPM++ 2M") and schedule type ("Karras"; "Automatic" stands for uniform
/// there, where nobody chose).
std::string sampler_name(const SamplerChoice& choice);
std::string schedule_type(const SamplerChoice& choice);

/// The network as a sampler sees it: x_in [B,C,h,w] as the network takes it, timestep (may be fractional) ->
/// its raw output (epsilon, v or x0 by the schedule's prediction type), guidance already applied.
using ModelFn = std::function<torch::Tensor(const torch::Tensor& x_in, double timestep)>;

/// A picture that a run begins from, in place of pure noise.
struct SampleStart {
  torch::Tensor latents;  ///< [B,C,h,w], clean; undefined: pure noise
  int64_t skipped = 0;    ///< of the request's steps, the first ones that are left out
};

/// What a mask keeps of a picture: put in at each step, as noisy as the step leaves it, and clean at the end.
struct KeptPart {
  torch::Tensor latents;  ///< [B,C,h,w], clean; undefined: nothing is kept
  torch::Tensor drawn;    ///< [1 or B,1,h,w], 1 where the sampler draws, 0 where the picture is kept
};

struct SampleRequest {
  SamplerChoice sampler;
  int64_t steps = 50;  ///< of a whole run; fewer are made where the start leaves some out
  SampleStart start;
  KeptPart kept;
  std::optional<double> eta;  ///< 0 to 1; none: the sampler's own
  AlignedModel aligned = AlignedModel::kStableDiffusion;
  std::vector<int64_t> shape;  ///< C, h, w
  torch::Device device = torch::kCPU;
  torch::ScalarType dtype = torch::kFloat32;  ///< of the latents between steps
  /// After each step, x as the sampler keeps it: x0 + sigma eps (samplers of whole timesteps: alpha x0 +
  /// sigma eps).
  std::function<void(int64_t step, const torch::Tensor& x)> on_step;
  /// After each step, the clean latents that the network last took x for: what is there to see on the way.
  std::function<void(int64_t step, const torch::Tensor& x0)> on_denoised;
};

/// Draws: starts from `noise`'s first numbers times the sampler's initial sigma, or from the start's latents
/// with as much of them as the first step's level asks for (diffusers' add_noise), and ends at clean latents
/// [B,C,h,w]. Checks for signals before each call of the network, of which some samplers make two a step.
/// Equal to the diffusers classes of the catalog made with `from_config` from the same config, but for these:
/// - where their trailing spacing gains a step by rounding, as for 61 steps, this one does not;
/// - samplers with SDE in their name take Brownian noise of each picture's seed, which stays the same path
///   whatever the number of steps;
/// - a zero terminal SNR is kept by all (some of their classes leave the key out);
/// - where steps are left out, PLMS and LMS begin as they do from noise (theirs go by the number of the step:
///   PLMS one timestep off, LMS with slopes that it does not have yet).
/// Throws UsageError for a number of steps that the model does not allow (1 to num_train_timesteps; LCM and
/// TCD: original_inference_steps), for an eta where the sampler takes no noise, and for PLMS with a zero
/// terminal SNR, whose first step divides by the signal; InputError for options of the folder's scheduler
/// that are not built.
torch::Tensor sample(const SampleRequest& request,
                     const NoiseSchedule& schedule,
                     PictureNoise& noise,
                     const ModelFn& model);

}  // namespace big
