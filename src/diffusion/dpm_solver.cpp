#include <torch/torch.h>

#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"
#include "prediction.h"
#include "sampler.h"
#include "spacing.h"

namespace big {
namespace {

/// A noise level in all three ways of writing it: x = alpha x0 + sigma eps, lambda = log(alpha / sigma).
struct Level {
  explicit Level(float ratio)
      : alpha(1 / std::sqrt(ratio * ratio + 1)),
        sigma(ratio * alpha),
        lambda(std::log(alpha) - std::log(sigma)) {}
  float alpha, sigma, lambda;
};

/// The first timestep that is not used: those with lambda below the clip are left out (the cosine schedule
/// needs it).
int64_t end_of_run(const NoiseSchedule& schedule) {
  const auto limit = schedule.config().lambda_min_clipped;
  auto end = schedule.config().num_train_timesteps;
  const auto table = sigma_table(schedule);
  while (end > 1 && Level(table[static_cast<size_t>(end - 1)]).lambda < limit) --end;
  return end;
}

/// DPM-Solver++(2M), arXiv 2211.01095, algorithm 2, in its midpoint form; equals diffusers'
/// DPMSolverMultistepScheduler.
class DpmSolverPlusPlus2M final : public Sampler {
 public:
  DpmSolverPlusPlus2M(const NoiseSchedule& schedule, int64_t steps, bool karras)
      : config_(schedule.config()) {
    refuse_what_is_not_built();
    const auto table = sigma_table(schedule);
    timesteps_ = solver_timesteps(config_, steps, end_of_run(schedule));
    for (double& t : timesteps_) t = std::nearbyint(t);
    auto sigmas = interpolate(table, timesteps_);
    if (karras) {
      // Unlike Euler's, over the whole range of training.
      sigmas = karras_sigmas(table.back(), table.front(), steps);
      timesteps_.clear();
      for (const double sigma : sigmas) timesteps_.push_back(whole_timestep(timestep_of_sigma(table, sigma)));
    }
    for (const double sigma : sigmas) levels_.emplace_back(static_cast<float>(sigma));
    levels_.emplace_back(final_sigma(config_, table));
  }

  torch::Tensor step(size_t i, const torch::Tensor& x, const torch::Tensor& output, PictureNoise&) override {
    const auto &now = levels_[i], &next = levels_[i + 1];
    const auto x0 = predicted_x0(config_.prediction_type, x, output, now.alpha, now.sigma);
    const float h = next.lambda - now.lambda;
    const float decay = next.alpha * (std::exp(-h) - 1);

    auto result = (next.sigma / now.sigma) * x - decay * x0;  // first order: DDIM
    if (i > 0 && !lower_order(i)) {
      const float last_h = now.lambda - levels_[i - 1].lambda;
      // In very long runs rounded timesteps coincide; such a step has no slope to continue.
      if (h > 0 && last_h > 0) result = result - (0.5F * decay * h / last_h) * (x0 - last_x0_);
    }
    last_x0_ = x0;
    return result;
  }

 private:
  /// The last step has no finite lambda to aim at (sigma 0), or is steadier at first order in short runs.
  bool lower_order(size_t i) const {
    constexpr size_t kShortRun = 15;  // diffusers
    return i + 1 == timesteps_.size() && (config_.euler_at_final || config_.final_sigmas_type == "zero" ||
                                          (config_.lower_order_final && timesteps_.size() < kShortRun));
  }

  /// The solver tells the network whole timesteps; with the cosine schedule it cuts in place of rounding.
  double whole_timestep(double t) const {
    return config_.beta_schedule == "squaredcos_cap_v2" ? std::trunc(t) : std::nearbyint(t);
  }

  void refuse_what_is_not_built() const {
    const auto refuse = [](const std::string& key, const std::string& found, const std::string& expected) {
      throw InputError(concat("scheduler_config.json: '", key, "' is ", found, ", expected ", expected,
                              " for DPM++ 2M; choose another scheduler"));
    };
    if (config_.solver_order != 2) refuse("solver_order", concat(config_.solver_order), "2");
    // "deis", "bh1" and their like stand in files of other solvers; diffusers takes them for the defaults.
    if (config_.algorithm_type != "dpmsolver++" && config_.algorithm_type != "deis")
      refuse("algorithm_type", config_.algorithm_type, "dpmsolver++");
    if (config_.solver_type == "heun") refuse("solver_type", config_.solver_type, "midpoint");
  }

  NoiseScheduleConfig config_;
  std::vector<Level> levels_;  ///< steps + 1
  torch::Tensor last_x0_;
};

}  // namespace

std::unique_ptr<Sampler> make_dpm_solver(const NoiseSchedule& schedule, int64_t steps, bool karras) {
  return std::make_unique<DpmSolverPlusPlus2M>(schedule, steps, karras);
}

}  // namespace big
