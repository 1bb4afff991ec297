#include "big/core/error.h"
#include "big/core/text.h"
#include "big/diffusion/noise_schedule.h"

namespace big {
namespace {

constexpr int64_t kMostTimesteps = 1'000'000;

InputError bad_value(const JsonView& config,
                     const std::string& key,
                     const std::string& found,
                     const std::string& expected) {
  return InputError(concat(config.where(), ": '", key, "' is \"", found, "\", expected ", expected));
}

std::string one_of(const JsonView& config,
                   const std::string& key,
                   const std::string& fallback,
                   const std::vector<std::string>& allowed) {
  const auto value = config.get<std::string>(key, fallback);
  if (std::find(allowed.begin(), allowed.end(), value) == allowed.end())
    throw bad_value(config, key, value, join(allowed, ", "));
  return value;
}

PredictionType prediction_type(const JsonView& config) {
  const auto name = one_of(config, "prediction_type", "epsilon", {"epsilon", "v_prediction", "sample"});
  if (name == "v_prediction") return PredictionType::kV;
  return name == "sample" ? PredictionType::kSample : PredictionType::kEpsilon;
}

/// Options of diffusers' schedulers that change the picture and that are not built: better refused than
/// ignored.
void refuse_what_is_not_built(const JsonView& config) {
  for (const char* key : {"thresholding", "use_lu_lambdas", "use_flow_sigmas", "use_dynamic_shifting"})
    if (config.get<bool>(key, false))
      throw bad_value(config, key, "true", "false (this option is not supported)");
  if (!config.get<bool>("predict_x0", true))
    throw bad_value(config, "predict_x0", "false", "true (UniPC on noise is not supported)");
  if (!config.get<std::vector<double>>("disable_corrector", {}).empty())
    throw bad_value(config, "disable_corrector", config.raw("disable_corrector").dump(), "[]");
  for (const char* key : {"sigma_min", "sigma_max", "variance_type"})
    if (config.has(key))
      throw bad_value(config, key, config.raw(key).dump(), "null (this option is not supported)");
  one_of(config, "interpolation_type", "linear", {"linear"});
  one_of(config, "timestep_type", "discrete", {"discrete"});
}

int64_t within(
    const JsonView& config, const std::string& key, int64_t fallback, int64_t least, int64_t most) {
  const auto value = config.get(key, fallback);
  if (value < least || value > most) throw bad_value(config, key, concat(value), concat(least, " to ", most));
  return value;
}

std::vector<double> trained_betas(const JsonView& config) {
  auto betas = config.get<std::vector<double>>("trained_betas", {});
  if (betas.size() > static_cast<size_t>(kMostTimesteps))
    throw bad_value(config, "trained_betas", concat(betas.size(), " numbers"),
                    concat("at most ", kMostTimesteps));
  for (const double beta : betas)
    if (!(beta >= 0 && beta < 1))
      throw bad_value(config, "trained_betas", concat(beta), "numbers from 0 to below 1");
  return betas;
}

}  // namespace

NoiseScheduleConfig NoiseScheduleConfig::from_json(const Json& json, const std::string& where) {
  const JsonView config(json, where);
  refuse_what_is_not_built(config);
  NoiseScheduleConfig c;
  c.class_name = config.get("_class_name", c.class_name);
  c.num_train_timesteps = within(config, "num_train_timesteps", c.num_train_timesteps, 1, kMostTimesteps);
  c.beta_start = config.get("beta_start", c.beta_start);
  c.beta_end = config.get("beta_end", c.beta_end);
  if (!(c.beta_start >= 0 && c.beta_start <= c.beta_end && c.beta_end < 1))
    throw bad_value(config, "beta_start", concat(c.beta_start),
                    concat("0 <= beta_start <= beta_end < 1, with beta_end ", c.beta_end));
  c.beta_schedule =
      one_of(config, "beta_schedule", c.beta_schedule, {"linear", "scaled_linear", "squaredcos_cap_v2"});
  c.trained_betas = big::trained_betas(config);
  if (!c.trained_betas.empty()) c.num_train_timesteps = static_cast<int64_t>(c.trained_betas.size());
  c.prediction_type = big::prediction_type(config);
  c.rescale_betas_zero_snr = config.get("rescale_betas_zero_snr", c.rescale_betas_zero_snr);
  c.set_alpha_to_one = config.get("set_alpha_to_one", c.class_name != "PNDMScheduler");
  c.clip_sample = config.get("clip_sample", c.clip_sample);
  c.clip_sample_range = config.get("clip_sample_range", c.clip_sample_range);
  c.timestep_spacing = one_of(config, "timestep_spacing", "", {"leading", "trailing", "linspace", ""});
  c.steps_offset = within(config, "steps_offset", c.steps_offset, 0, c.num_train_timesteps);

  c.use_karras_sigmas = config.get("use_karras_sigmas", c.use_karras_sigmas);
  c.use_exponential_sigmas = config.get("use_exponential_sigmas", c.use_exponential_sigmas);
  c.use_beta_sigmas = config.get("use_beta_sigmas", c.use_beta_sigmas);
  if (int{c.use_karras_sigmas} + int{c.use_exponential_sigmas} + int{c.use_beta_sigmas} > 1)
    throw bad_value(config, c.use_karras_sigmas ? "use_karras_sigmas" : "use_beta_sigmas", "true",
                    "one of use_karras_sigmas, use_exponential_sigmas, use_beta_sigmas alone");
  c.lower_order_final = config.get("lower_order_final", c.lower_order_final);
  c.euler_at_final = config.get("euler_at_final", c.euler_at_final);
  c.final_sigmas_type = one_of(config, "final_sigmas_type", c.final_sigmas_type, {"zero", "sigma_min"});
  c.solver_order = config.get("solver_order", c.solver_order);
  c.algorithm_type = config.get("algorithm_type", c.algorithm_type);
  c.solver_type = config.get("solver_type", c.solver_type);
  c.skip_prk_steps = config.get("skip_prk_steps", c.skip_prk_steps);
  c.original_inference_steps = config.get("original_inference_steps", c.original_inference_steps);
  if (c.original_inference_steps < 1)
    throw bad_value(config, "original_inference_steps", concat(c.original_inference_steps), "at least 1");
  c.timestep_scaling = config.get("timestep_scaling", c.timestep_scaling);
  c.lambda_min_clipped = config.get("lambda_min_clipped", c.lambda_min_clipped);
  return c;
}

}  // namespace big
