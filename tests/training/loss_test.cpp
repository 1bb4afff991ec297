#include "loss.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "timestep_weights.h"

namespace big {
namespace {

const NoiseSchedule kEpsilonSchedule{NoiseScheduleConfig{}};

NoiseSchedule zero_snr_schedule(PredictionType type) {
  NoiseScheduleConfig config;
  config.prediction_type = type;
  config.rescale_betas_zero_snr = true;
  return NoiseSchedule(config);
}

/// Two instance rows, each 1 off, and two prior rows, each 3 off; all at one timestep.
LossRows rows_at(int64_t timestep) {
  LossRows rows;
  rows.prediction = torch::tensor({1.0, 1.0, 3.0, 3.0}).reshape({4, 1, 1, 1});
  rows.target = torch::zeros({4, 1, 1, 1});
  rows.timesteps = torch::full({4}, timestep, torch::kInt64);
  return rows;
}

TrainOptions options_of(double prior_weight) {
  TrainOptions options;
  options.prior_loss_weight = prior_weight;
  return options;
}

double loss_of(const TrainOptions& options, const LossRows& rows) {
  return DreamboothLoss(options, kEpsilonSchedule)(rows).item<double>();
}

double snr_at(int64_t timestep) {
  const double signal = kEpsilonSchedule.alphas_cumprod()[timestep].item<double>();
  return signal / (1 - signal);
}

TEST(DreamboothLoss, WeighsThePriorHalf) {
  EXPECT_FLOAT_EQ(loss_of(options_of(1), rows_at(5)), 1 + 9);
  EXPECT_FLOAT_EQ(loss_of(options_of(0.5), rows_at(5)), 1 + 4.5);
}

TEST(DreamboothLoss, WithoutPriorAllRowsAreTheSubjects) {
  EXPECT_FLOAT_EQ(loss_of(options_of(0), rows_at(5)), (1 + 1 + 9 + 9) / 4.0);
}

TEST(DreamboothLoss, GivesEachRowsOwn) {
  const auto options = options_of(1);
  const auto losses = DreamboothLoss(options, kEpsilonSchedule).of_rows(rows_at(5));
  EXPECT_TRUE(torch::equal(losses, torch::tensor({1.0, 1.0, 9.0, 9.0})));
}

TEST(DreamboothLoss, MinSnrWeighsTheSubjectAlone) {
  auto options = options_of(1);
  options.snr_gamma = 5;
  ASSERT_GT(snr_at(10), 5);
  ASSERT_LT(snr_at(900), 5);
  EXPECT_NEAR(loss_of(options, rows_at(10)), 5 / snr_at(10) + 9, 1e-6);
  EXPECT_NEAR(loss_of(options, rows_at(900)), 1 + 9, 1e-6);
}

TEST(DreamboothLoss, WhatIsMaskedCountsTheFloor) {
  auto options = options_of(1);
  options.masked_loss = true;
  options.mask_floor = 0.25;
  auto rows = rows_at(5);
  rows.mask = torch::tensor({0.0, 0.75}).reshape({2, 1, 1, 1});
  EXPECT_NEAR(loss_of(options, rows), (0.25 + 0.75) / 2 + 9, 1e-6);
}

TEST(DreamboothLoss, HuberIsASquareAroundZeroAndALineFarOut) {
  auto options = options_of(0);
  options.loss_type = "huber";
  auto rows = rows_at(5);
  rows.prediction = torch::full({4, 1, 1, 1}, 0.001, torch::kFloat64);
  EXPECT_NEAR(loss_of(options, rows), 1e-6, 1e-9);
  rows.prediction = torch::full({4, 1, 1, 1}, 1000.0, torch::kFloat64);
  EXPECT_NEAR(loss_of(options, rows), 2 * 0.1 * 1000, 0.1);
  options.loss_type = "smooth_l1";
  EXPECT_NEAR(loss_of(options, rows), 2 * 1000, 1);
}

TEST(DreamboothLoss, RefusesWhatMakesNoSense) {
  auto options = options_of(0);
  options.loss_type = "l1";
  EXPECT_THROW(loss_of(options, rows_at(5)), UsageError);
  options = options_of(0);
  options.snr_gamma = 5;
  options.debiased_estimation = true;
  EXPECT_THROW(loss_of(options, rows_at(5)), UsageError);
  options = options_of(0);
  options.masked_loss = true;
  options.mask_floor = 2;
  EXPECT_THROW(loss_of(options, rows_at(5)), UsageError);
}

TEST(TimestepWeights, AreFiniteWhereNoSignalIsLeft) {
  TrainOptions options;
  options.snr_gamma = 5;
  for (const auto type : {PredictionType::kEpsilon, PredictionType::kV}) {
    const auto weights = timestep_weights(options, zero_snr_schedule(type));
    EXPECT_TRUE(torch::isfinite(weights).all().item<bool>());
  }
  options.snr_gamma = 0;
  options.debiased_estimation = true;
  EXPECT_TRUE(
      torch::isfinite(timestep_weights(options, zero_snr_schedule(PredictionType::kV))).all().item<bool>());
  EXPECT_THROW(timestep_weights(options, zero_snr_schedule(PredictionType::kEpsilon)), UsageError);
}

}  // namespace
}  // namespace big
