#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

#include "big/diffusion/noise.h"
#include "big/diffusion/noise_schedule.h"

namespace big {

/// One run of a sampler: where it looks, and how x_i becomes x_{i+1}. The loop around it is `sample`.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// One timestep a step, as the network is told.
  const std::vector<double>& timesteps() const { return timesteps_; }
  /// Standard deviation of the noise that the run starts from.
  virtual double initial_sigma() const { return 1.0; }
  /// x_i as the network takes it.
  virtual torch::Tensor model_input(const torch::Tensor& x, size_t) const { return x; }
  /// x_i and the network's raw output there -> x_{i+1}. Called once for each i in order.
  virtual torch::Tensor step(size_t i,
                             const torch::Tensor& x,
                             const torch::Tensor& output,
                             PictureNoise& noise) = 0;

 protected:
  std::vector<double> timesteps_;
};

std::unique_ptr<Sampler> make_ddim(const NoiseSchedule& schedule, int64_t steps);
std::unique_ptr<Sampler> make_euler(const NoiseSchedule& schedule, int64_t steps, bool karras);
std::unique_ptr<Sampler> make_euler_ancestral(const NoiseSchedule& schedule, int64_t steps);
std::unique_ptr<Sampler> make_lcm(const NoiseSchedule& schedule, int64_t steps);
std::unique_ptr<Sampler> make_dpm_solver(const NoiseSchedule& schedule, int64_t steps, bool karras);

}  // namespace big
