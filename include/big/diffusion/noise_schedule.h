#pragma once

#include <torch/types.h>

#include <limits>
#include <string>
#include <vector>

#include "big/core/json.h"

namespace big {

/// What a network's output means: the noise, v = sqrt(abar) eps - sqrt(1-abar) x0 (arXiv 2202.00512), or x0.
enum class PredictionType { kEpsilon, kV, kSample };

/// Keys and defaults of diffusers' scheduler_config.json (as DDIMScheduler has them; the last blocks are what
/// its other schedulers add). A key is kept whatever class the folder names, because a person may choose
/// another sampler: that is diffusers' `from_config`.
struct NoiseScheduleConfig {
  std::string class_name = "DDIMScheduler";  ///< the folder's scheduler
  int64_t num_train_timesteps = 1000;
  double beta_start = 0.0001, beta_end = 0.02;
  std::string beta_schedule = "linear";  ///< linear | scaled_linear | squaredcos_cap_v2
  std::vector<double> trained_betas;     ///< in place of a schedule, if not empty
  PredictionType prediction_type = PredictionType::kEpsilon;
  bool rescale_betas_zero_snr = false, set_alpha_to_one = true, clip_sample = true;
  double clip_sample_range = 1.0;
  std::string timestep_spacing;  ///< leading | trailing | linspace; empty: the sampler's own (DDIM leading,
                                 ///< others linspace)
  int64_t steps_offset = 0;

  bool use_karras_sigmas = false, use_exponential_sigmas = false, use_beta_sigmas = false;
  bool lower_order_final = true, euler_at_final = false;
  std::string final_sigmas_type = "zero";  ///< zero | sigma_min
  int64_t solver_order = 2;
  std::string algorithm_type = "dpmsolver++";
  std::string solver_type = "midpoint";  ///< midpoint | heun (DPM-Solver++), bh1 | bh2 (UniPC), logrho (DEIS)
  double lambda_min_clipped = -std::numeric_limits<double>::infinity();

  bool skip_prk_steps = false;            ///< PNDM: without Runge-Kutta steps first, as all known models
  int64_t original_inference_steps = 50;  ///< LCM, TCD: that the model was distilled from
  double timestep_scaling = 10.0;         ///< LCM: how fast its boundary condition fades

  /// Throws InputError naming the key for a value that no scheduler of ours has.
  static NoiseScheduleConfig from_json(const Json& config, const std::string& where);
};

/// The forward process x_t = sqrt(abar_t) x0 + sqrt(1 - abar_t) eps, t = 0 ... T-1. Tables are fp32, as
/// diffusers' are.
class NoiseSchedule {
 public:
  explicit NoiseSchedule(const NoiseScheduleConfig& config);
  const NoiseScheduleConfig& config() const { return config_; }
  const torch::Tensor& alphas_cumprod() const { return alphas_cumprod_; }  ///< [T] fp32
  const torch::Tensor& betas() const { return betas_; }                    ///< [T] fp32
  /// x0, noise [B,C,h,w], t [B] int64 -> x_t, in x0's dtype.
  torch::Tensor add_noise(const torch::Tensor& x0, const torch::Tensor& noise, const torch::Tensor& t) const;
  /// What the network should output for x_t.
  torch::Tensor training_target(const torch::Tensor& x0,
                                const torch::Tensor& noise,
                                const torch::Tensor& t) const;
  /// The `steps` timesteps of a DDIM run, falling, by the config's spacing (diffusers' set_timesteps).
  /// Throws UsageError unless 1 <= steps <= num_train_timesteps.
  std::vector<int64_t> timesteps(int64_t steps) const;

 private:
  NoiseScheduleConfig config_;
  torch::Tensor betas_, alphas_cumprod_;
};

}  // namespace big
