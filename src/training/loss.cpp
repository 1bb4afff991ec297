#include "loss.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "timestep_weights.h"

namespace big {

namespace {

/// [rows,...] -> [rows].
torch::Tensor mean_of_rows(const torch::Tensor& values) { return values.flatten(1).mean(1); }

void check_loss_options(const TrainOptions& options) {
  if (options.loss_type != "l2" && options.loss_type != "huber" && options.loss_type != "smooth_l1") {
    throw UsageError(
        concat("loss_type is '", options.loss_type, "', expected one of l2, huber, smooth_l1"));
  }
  if (options.loss_type != "l2" && !(options.huber_c > 0))
    throw UsageError(concat("huber_c is ", options.huber_c, ", expected more than 0"));
  if (options.masked_loss && !(options.mask_floor >= 0 && options.mask_floor <= 1))
    throw UsageError(concat("mask_floor is ", options.mask_floor, ", expected 0 to 1"));
}

}  // namespace

DreamboothLoss::DreamboothLoss(const TrainOptions& options, const NoiseSchedule& schedule)
    : options_(options), weights_(timestep_weights(options, schedule)) {
  check_loss_options(options);
}

torch::Tensor DreamboothLoss::pointwise(const LossRows& rows) const {
  const auto squares = (rows.prediction - rows.target).square();
  if (options_.loss_type == "l2") return squares;
  // Pseudo-Huber: a square up to about c, straight beyond (as sd-scripts has both).
  const double c = options_.huber_c;
  const double slope = options_.loss_type == "huber" ? 2 * c : 2;
  return slope * ((squares + c * c).sqrt() - c);
}

torch::Tensor DreamboothLoss::of_rows(const LossRows& rows) const { return mean_of_rows(pointwise(rows)); }

torch::Tensor DreamboothLoss::operator()(const LossRows& rows) const {
  const auto points = pointwise(rows);
  const bool with_prior = options_.prior_loss_weight != 0;
  const int64_t subject_rows = with_prior ? points.size(0) / 2 : points.size(0);

  auto subject = points.narrow(0, 0, subject_rows);
  if (rows.mask.defined()) subject = subject * rows.mask.clamp_min(options_.mask_floor);
  auto losses = mean_of_rows(subject);  // [instance rows]
  if (weights_.defined()) {
    const auto t = rows.timesteps.narrow(0, 0, subject_rows).to(weights_.device());
    losses = losses * weights_.index_select(0, t).to(losses.options());
  }
  if (!with_prior) return losses.mean();
  return losses.mean() + options_.prior_loss_weight * points.narrow(0, subject_rows, subject_rows).mean();
}

}  // namespace big
