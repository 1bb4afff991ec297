#include "big/diffusion/samplers.h"

#include <torch/torch.h>

#include "big/core/interrupt.h"
#include "sampler.h"

namespace big {
namespace {

std::unique_ptr<Sampler> make_sampler(const SamplerChoice& choice,
                                      const NoiseSchedule& schedule,
                                      int64_t steps) {
  switch (choice.kind) {
    case SamplerKind::kDdim:
      return make_ddim(schedule, steps);
    case SamplerKind::kEuler:
      return make_euler(schedule, steps, choice.karras);
    case SamplerKind::kEulerAncestral:
      return make_euler_ancestral(schedule, steps);
    case SamplerKind::kDpmSolverPlusPlus2M:
      return make_dpm_solver(schedule, steps, choice.karras);
    case SamplerKind::kLcm:
      return make_lcm(schedule, steps);
  }
  throw std::logic_error("a sampler without an implementation");
}

}  // namespace

torch::Tensor sample(const SampleRequest& request,
                     const NoiseSchedule& schedule,
                     PictureNoise& noise,
                     const ModelFn& model) {
  const auto sampler = make_sampler(request.sampler, schedule, request.steps);
  // The arithmetic of a step is at least fp32: sigmas near 4096 and 1/64 do not fit half precision.
  const auto work = request.dtype == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  const auto options = torch::TensorOptions().device(request.device);

  auto x = (noise.normal(request.shape).to(options.dtype(work)) * sampler->initial_sigma()).to(request.dtype);
  for (size_t i = 0; i < sampler->timesteps().size(); ++i) {
    throw_if_interrupted();
    const auto input = sampler->model_input(x.to(work), i).to(request.dtype);
    const auto output = model(input, sampler->timesteps()[i]).to(work);
    x = sampler->step(i, x.to(work), output, noise).to(request.dtype);
    if (request.on_step) request.on_step(static_cast<int64_t>(i), x);
  }
  return x;
}

}  // namespace big
