#include "sigma_sampler.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "spacing.h"

namespace big {

SigmaSampler::SigmaSampler(const NoiseSchedule& schedule, int64_t steps, bool karras)
    : prediction_(schedule.config().prediction_type),
      starts_at_sigma_max_(schedule.config().timestep_spacing != "leading") {
  const auto table = sigma_table(schedule);
  timesteps_ = spaced_timesteps(schedule.config(), "linspace", steps);
  auto sigmas = interpolate(table, timesteps_);
  if (karras) {
    sigmas = karras_sigmas(sigmas.front(), sigmas.back(), steps);
    for (size_t i = 0; i < sigmas.size(); ++i) timesteps_[i] = timestep_of_sigma(table, sigmas[i]);
  }
  sigmas_.assign(sigmas.begin(), sigmas.end());
  sigmas_.push_back(final_sigma(schedule.config(), table));
  for (double& t : timesteps_) t = static_cast<float>(t);  // diffusers keeps them in fp32
}

double SigmaSampler::initial_sigma() const {
  const float largest = *std::max_element(sigmas_.begin(), sigmas_.end());
  // Leading spacing starts below the noisiest step: there the clean part of x is not negligible.
  return starts_at_sigma_max_ ? largest : std::sqrt(largest * largest + 1);
}

torch::Tensor SigmaSampler::model_input(const torch::Tensor& x, size_t i) const {
  return x / std::sqrt(sigmas_[i] * sigmas_[i] + 1);
}

}  // namespace big
