#include "big/diffusion/samplers.h"

#include <torch/types.h>

#include <algorithm>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "brownian.h"
#include "prediction.h"
#include "sampler_run.h"
#include "sigma_schedule.h"
#include "spacing.h"

namespace big {
namespace {

SigmaSampler sigma_sampler(SamplerKind kind) {
  using enum SamplerKind;
  switch (kind) {
    case kEuler:
      return sample_euler;
    case kEulerAncestral:
      return sample_euler_ancestral;
    case kHeun:
      return sample_heun;
    case kLms:
      return sample_lms;
    case kDpm2:
      return sample_dpm2;
    case kDpm2Ancestral:
      return sample_dpm2_ancestral;
    case kDpmSolverPlusPlus2S:
      return sample_dpmpp_2s;
    case kDpmSolverPlusPlus2SAncestral:
      return sample_dpmpp_2s_ancestral;
    case kDpmSolverPlusPlus2M:
      return sample_dpmpp_2m;
    case kDpmSolverPlusPlusSde:
      return sample_dpmpp_sde;
    case kDpmSolverPlusPlus2MSde:
      return sample_dpmpp_2m_sde;
    case kDpmSolverPlusPlus2MSdeHeun:
      return sample_dpmpp_2m_sde_heun;
    case kDpmSolverPlusPlus3MSde:
      return sample_dpmpp_3m_sde;
    case kUniPc:
      return sample_unipc;
    case kDeis:
      return sample_deis;
    case kRestart:
      return sample_restart;
    case kDdim:
    case kPlms:
    case kLcm:
    case kTcd:
      break;
  }
  throw std::logic_error("a sampler over noise levels without an implementation");
}

TimestepSampler timestep_sampler(SamplerKind kind) {
  using enum SamplerKind;
  if (kind == kDdim) return sample_ddim;
  if (kind == kPlms) return sample_plms;
  if (kind == kLcm) return sample_lcm;
  if (kind == kTcd) return sample_tcd;
  throw std::logic_error("a sampler over timesteps without an implementation");
}

double checked_eta(const SampleRequest& request) {
  const auto& info = sampler_info(request.sampler.kind);
  if (!request.eta) return info.eta.value_or(0);
  if (!info.eta)
    throw UsageError(concat("eta is given, but ", info.name, " takes no fresh noise; leave eta out"));
  if (!(*request.eta >= 0 && *request.eta <= 1))
    throw UsageError(concat("eta is ", *request.eta, ", expected 0 to 1"));
  return *request.eta;
}

/// One drawing: the latents' types, and what stands between a sampler and the network.
class Drawing {
 public:
  Drawing(const SampleRequest& request,
          const NoiseSchedule& schedule,
          PictureNoise& noise,
          const ModelFn& model)
      : request_(request), schedule_(schedule), noise_(noise), model_(model) {}

  torch::Tensor over_sigmas() {
    auto levels = make_sigma_schedule(schedule_, request_.sampler, request_.aligned, request_.steps);
    leave_out_first(levels.timesteps);
    leave_out_first(levels.sigmas);
    const auto table = sigma_table(schedule_);
    noised_ = [](const torch::Tensor& x0, const torch::Tensor& eps, double sigma) {
      return x0 + sigma * eps;
    };
    const BrownianMotion motion(noise_.seeds(), request_.shape, table.back());

    SigmaRun run;
    fill(run);
    run.sigmas = levels.sigmas;
    last_step_ = static_cast<int64_t>(run.steps()) - 1;
    const auto denoised_at = [&](const torch::Tensor& x, double sigma, double timestep) {
      const auto output = network(x / std::sqrt(sigma * sigma + 1), timestep);
      return last_denoised_ = denoised(run.config.prediction_type, x, output, sigma);
    };
    run.denoised_between = [&](const torch::Tensor& x, double sigma) {
      return denoised_at(x, sigma, timestep_of_sigma(table, sigma));
    };
    run.denoised = [&](const torch::Tensor& x, double sigma) {
      const auto found = std::find(levels.sigmas.begin(), levels.sigmas.end() - 1, sigma);
      const auto i = static_cast<size_t>(found - levels.sigmas.begin());
      return i < levels.timesteps.size() ? denoised_at(x, sigma, levels.timesteps[i])
                                         : run.denoised_between(x, sigma);
    };
    run.brownian_noise = [&](double from, double to) { return to_work(motion.way(from, to)); };
    const auto x = sigma_sampler(request_.sampler.kind)(run, first(levels.initial_scale, run.sigmas.front()));
    return finished(x * levels.final_scale);
  }

  torch::Tensor over_timesteps() {
    TimestepRun run;
    fill(run);
    const auto kind = request_.sampler.kind;
    run.timesteps = kind == SamplerKind::kLcm || kind == SamplerKind::kTcd
                        ? distilled_timesteps(run.config, request_.steps)
                        : schedule_.timesteps(request_.steps);
    leave_out_first(run.timesteps);
    last_step_ = static_cast<int64_t>(run.steps()) - 1;
    const auto bars = schedule_.alphas_cumprod().contiguous();
    run.alphas_cumprod.assign(bars.data_ptr<float>(), bars.data_ptr<float>() + bars.numel());
    run.output = [&](const torch::Tensor& x, int64_t t) {
      const auto output = network(x, static_cast<double>(t));
      const double bar = run.alpha_bar(t);
      if (request_.on_denoised)
        last_denoised_ = predicted_x0(run.config.prediction_type, x, output, std::sqrt(bar), std::sqrt(1 - bar));
      return output;
    };
    noised_ = [&](const torch::Tensor& x0, const torch::Tensor& eps, double t) {
      const double bar = run.alpha_bar(static_cast<int64_t>(t));
      return std::sqrt(bar) * x0 + std::sqrt(1 - bar) * eps;
    };
    return finished(timestep_sampler(kind)(run, first(1, static_cast<double>(run.timesteps.front()))));
  }

 private:
  /// The arithmetic of a step is at least fp32: sigmas near 4096 and 1/64 do not fit half precision.
  torch::ScalarType work() const {
    return request_.dtype == torch::kFloat64 ? torch::kFloat64 : torch::kFloat32;
  }
  torch::Tensor to_work(const torch::Tensor& x) const { return x.to(request_.device, work()); }
  torch::Tensor rounded(const torch::Tensor& x) const { return x.to(request_.dtype).to(work()); }

  template <class Level>
  void leave_out_first(std::vector<Level>& levels) const {
    const int64_t skipped = request_.start.skipped;
    if (skipped < 0 || skipped >= static_cast<int64_t>(levels.size()))
      throw UsageError(
          concat("of ", levels.size(), " steps ", skipped, " are left out: none is left to draw"));
    levels.erase(levels.begin(), levels.begin() + skipped);
  }

  /// x on the first level: the start with as much noise, or `scale` of noise alone.
  torch::Tensor first(double scale, double level) {
    unit_noise_ = to_work(noise_.normal(request_.shape));
    const auto& start = request_.start.latents;
    return rounded(start.defined() ? noised_(to_work(start), unit_noise_, level) : unit_noise_ * scale);
  }

  /// Latents of which the kept part is the picture's, given as this x is.
  torch::Tensor with_kept(const torch::Tensor& x, const torch::Tensor& picture) const {
    const auto drawn = to_work(request_.kept.drawn);
    return (1 - drawn) * picture + drawn * x;
  }

  torch::Tensor finished(const torch::Tensor& latents) const {
    const auto& kept = request_.kept.latents;
    return (kept.defined() ? with_kept(latents, to_work(kept)) : latents).to(request_.dtype);
  }

  torch::Tensor network(const torch::Tensor& x, double timestep) const {
    throw_if_interrupted();
    return model_(x.to(request_.dtype), timestep).to(work());
  }

  void fill(SamplerRun& run) {
    run.config = schedule_.config();
    run.eta = checked_eta(request_);
    run.fresh_noise = [this] { return to_work(noise_.normal(request_.shape)); };
    run.skipped = static_cast<size_t>(request_.start.skipped);
    run.end_step = [this](const torch::Tensor& drawn, double level) {
      const auto& kept = request_.kept.latents;
      const bool puts_in = kept.defined() && step_ != last_step_;  // at the last step finished() does
      const auto x = puts_in ? with_kept(drawn, noised_(to_work(kept), unit_noise_, level)) : drawn;
      if (request_.on_step) request_.on_step(step_, x.to(request_.dtype));
      if (request_.on_denoised) request_.on_denoised(step_, last_denoised_.to(request_.dtype));
      ++step_;
      return rounded(x);
    };
  }

  const SampleRequest& request_;
  const NoiseSchedule& schedule_;
  PictureNoise& noise_;
  const ModelFn& model_;
  /// Clean latents with unit noise on a level, as the run keeps x.
  std::function<torch::Tensor(const torch::Tensor& x0, const torch::Tensor& eps, double level)> noised_;
  torch::Tensor unit_noise_;  ///< that x began with
  torch::Tensor last_denoised_;
  int64_t step_ = 0, last_step_ = 0;
};

}  // namespace

torch::Tensor sample(const SampleRequest& request,
                     const NoiseSchedule& schedule,
                     PictureNoise& noise,
                     const ModelFn& model) {
  Drawing drawing(request, schedule, noise, model);
  const bool whole = sampler_info(request.sampler.kind).levels == LevelRules::kTimesteps;
  return whole ? drawing.over_timesteps() : drawing.over_sigmas();
}

}  // namespace big
