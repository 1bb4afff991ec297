#include "timestep_weights.h"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

namespace {

constexpr double kHighestSnr = 1000;

torch::Tensor min_snr(const torch::Tensor& snr, double gamma, PredictionType type) {
  const auto capped = snr.clamp_max(gamma);
  switch (type) {
    case PredictionType::kV:
      return capped / (snr + 1);
    case PredictionType::kSample:
      return capped;
    case PredictionType::kEpsilon:
      break;
  }
  // Without any signal left (zero terminal SNR) 0 / 0 stands for its limit.
  return at::where(snr > 0, capped / snr, at::ones_like(snr));
}

torch::Tensor debiased(const torch::Tensor& snr, PredictionType type) {
  const auto capped = snr.clamp_max(kHighestSnr);
  return type == PredictionType::kV ? 1 / (capped + 1) : capped.rsqrt();
}

}  // namespace

torch::Tensor timestep_weights(const TrainOptions& options, const NoiseSchedule& schedule) {
  if (options.snr_gamma < 0) throw UsageError(concat("snr_gamma is ", options.snr_gamma, ", expected 0 or more"));
  if (options.snr_gamma == 0 && !options.debiased_estimation) return {};
  if (options.snr_gamma > 0 && options.debiased_estimation)
    throw UsageError("snr_gamma and debiased_estimation weigh the same thing twice: take one of them");

  const auto type = schedule.config().prediction_type;
  if (options.debiased_estimation && type != PredictionType::kV &&
      schedule.alphas_cumprod().min().item<double>() <= 0) {
    throw UsageError(
        "debiased_estimation needs some signal at every timestep, or v-prediction; this model's schedule ends "
        "in pure noise");
  }
  const auto signal = schedule.alphas_cumprod().to(torch::kFloat64);
  const auto snr = signal / (1 - signal);
  return options.debiased_estimation ? debiased(snr, type) : min_snr(snr, options.snr_gamma, type);
}

}  // namespace big
