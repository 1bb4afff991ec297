#include "big/training/validation.h"

#include <gtest/gtest.h>

#include <limits>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/training/trainer.h"
#include "support/error_of.h"
#include "support/temp_dir.h"
#include "training/tiny_model.h"

namespace big {
namespace {

TrainOptions measured_options() {
  TrainOptions options;
  options.max_train_steps = 6;
  options.validation_steps = 2;
  options.learning_rate = 1e-3;
  options.gradient_accumulation_steps = 1;
  options.seed = 5;
  return options;
}

ValidationData what_is_measured() {
  return {tiny_examples(1, "sks dog", 9), tiny_examples(3, "sks dog", 1), tiny_examples(2, "dog", 2)};
}

TrainHooks measuring(StableDiffusion& model, const ValidationData& data) {
  TrainHooks hooks;
  hooks.measure = [&](int64_t step, const std::vector<Measurement>& before) {
    return measure(model, data, 7, step, before);
  };
  return hooks;
}

/// Measurements whose scores are given.
TrainHooks scoring(std::map<int64_t, double> scores) {
  TrainHooks hooks;
  hooks.measure = [scores = std::move(scores)](int64_t step, const std::vector<Measurement>&) {
    Measurement found;
    found.step = step;
    found.score = scores.at(step);
    found.photos = {{"a.png", false, {1, 1, 1, 1}}};
    return found;
  };
  return hooks;
}

std::vector<int64_t> steps_of(const std::vector<Measurement>& measurements) {
  std::vector<int64_t> steps;
  for (const auto& one : measurements) steps.push_back(one.step);
  return steps;
}

std::vector<OrderedJson> as_json(const std::vector<Measurement>& measurements) {
  std::vector<OrderedJson> lines;
  for (const auto& one : measurements) lines.push_back(to_json(one));
  return lines;
}

TEST(Validation, MeasuresTheSameTwiceAndFallsForWhatIsTaught) {
  auto model = tiny_model();
  auto options = measured_options();
  options.max_train_steps = 30;
  options.validation_steps = 15;
  options.learning_rate = 3e-3;
  const auto data = what_is_measured();
  const auto first = measure(model, data, 7, 0, {});
  EXPECT_EQ(to_json(measure(model, data, 7, 0, {})), to_json(first));
  EXPECT_NE(to_json(measure(model, data, 8, 0, {})), to_json(first));
  ASSERT_EQ(first.photos.size(), 4u);
  EXPECT_TRUE(first.photos[0].held_out);
  EXPECT_FALSE(first.photos[1].held_out);
  EXPECT_EQ(first.score, 1);
  EXPECT_EQ(first.drift, 0);
  EXPECT_EQ(rows_of(data), 8 * 6);

  const auto result = train(model, quick_data(), options, {}, measuring(model, data));
  EXPECT_EQ(steps_of(result.measurements), (std::vector<int64_t>{0, 15, 30}));
  const auto& last = result.measurements.back();
  for (size_t photo = 1; photo < 4; ++photo)
    for (size_t q = 0; q < 4; ++q) EXPECT_LT(last.photos[photo].errors[q], first.photos[photo].errors[q]);
}

TEST(Validation, ChangesNoBitOfWhatIsTrained) {
  for (const std::string kind : {"full", "ema", "lora"}) {
    auto options = measured_options();
    options.use_ema = kind == "ema";
    if (kind == "lora") options.method = "lora";
    options.lora.dropout = 0.3;
    auto with = tiny_model(), without = tiny_model();
    const auto data = what_is_measured();
    const auto measured = train(with, quick_data(), options, {}, measuring(with, data));
    const auto expected = train(without, quick_data(), options);
    EXPECT_EQ(measured.losses, expected.losses) << kind;
    EXPECT_EQ(measured.measurements.size(), 4u);
    EXPECT_TRUE(equal_weights(weights_of(*with.unet), weights_of(*without.unet))) << kind;
    EXPECT_EQ(to_json(measure(with, data, 7, 0, {})), to_json(measure(without, data, 7, 0, {}))) << kind;
  }
}

TEST(Validation, MeasuresWhatWouldBeKept) {
  for (const std::string kind : {"ema", "lora"}) {
    auto options = measured_options();
    options.use_ema = kind == "ema";
    if (kind == "lora") options.method = "lora";
    options.lora.dropout = 0.5;
    auto model = tiny_model();
    const auto data = what_is_measured();
    const auto result = train(model, quick_data(), options, {}, measuring(model, data));
    // Neither the weights that go on nor with dropout: the model that the run left.
    EXPECT_EQ(to_json(measure(model, data, 7, 6, {result.measurements[0]})), to_json(result.measurements.back())) << kind;
  }
}

TEST(Validation, KeepsTheBestWhereThatIsAskedFor) {
  const std::map<int64_t, double> scores = {{0, 0.1}, {2, 0.5}, {4, 0.4}, {5, 0.6}};
  for (const bool ema : {false, true}) {
    auto options = measured_options();
    options.use_ema = ema;
    options.max_train_steps = 4;
    auto four = tiny_model(), best = tiny_model(), last = tiny_model();
    train(four, quick_data(), options);
    options.max_train_steps = 5;
    const auto of_last = train(last, quick_data(), options, {}, scoring(scores));
    EXPECT_EQ(of_last.kept_step, 5);
    options.keep = "best";
    const auto of_best = train(best, quick_data(), options, {}, scoring(scores));
    EXPECT_EQ(of_best.kept_step, 4);
    EXPECT_EQ(of_best.steps, 5);
    EXPECT_TRUE(equal_weights(weights_of(*best.unet), weights_of(*four.unet))) << "ema " << ema;
    EXPECT_FALSE(equal_weights(weights_of(*last.unet), weights_of(*four.unet))) << "ema " << ema;
  }
}

TEST(Validation, StopsWhenNothingGetsBetter) {
  auto options = measured_options();
  options.max_train_steps = 40;
  options.early_stop = 2;
  auto model = tiny_model();
  const auto result =
      train(model, quick_data(), options, {}, scoring({{0, 0.1}, {2, 0.5}, {4, 0.6}, {6, 0.4}, {8, 0.4}, {10, 0.9}}));
  EXPECT_EQ(result.steps, 10);
  EXPECT_EQ(result.kept_step, 10);
  EXPECT_EQ(result.losses.size(), 10u);
}

TEST(Validation, AResumedRunGoesOnWithItsHistoryAndItsBest) {
  auto options = measured_options();
  options.max_train_steps = 20;
  options.checkpointing_steps = 3;
  options.keep = "best";
  options.early_stop = 2;
  const std::map<int64_t, double> scores = {{0, 1}, {2, 0.5}, {4, 0.4}, {6, 0.6}, {8, 0.7}};
  auto whole = tiny_model();
  const auto expected = train(whole, quick_data(), options, {}, scoring(scores));
  ASSERT_EQ(expected.steps, 8);
  ASSERT_EQ(expected.kept_step, 4);
  for (const int64_t stop_after : {1, 4, 7}) {
    const TempDir folder;
    auto first = tiny_model(), second = tiny_model();
    auto hooks = scoring(scores);
    hooks.checkpoint = [&](const TrainingState& state) { save_training_state(state, folder.path(), {}); };
    const auto stop = [&](const Progress& step) {
      if (step.done == stop_after) set_pending_signal(15);
    };
    EXPECT_THROW(train(first, quick_data(), options, stop, hooks), Interrupted);
    set_pending_signal(0);
    const auto stored = load_training_state(folder.path());
    auto go_on = scoring(scores);
    go_on.resume = &stored.state;
    const auto found = train(second, quick_data(), options, {}, go_on);
    EXPECT_EQ(as_json(found.measurements), as_json(expected.measurements)) << stop_after;
    EXPECT_EQ(found.steps, 8);
    EXPECT_EQ(found.kept_step, 4);
    EXPECT_TRUE(equal_weights(weights_of(*second.unet), weights_of(*whole.unet))) << stop_after;
  }
}

TEST(Validation, OfAModelWithoutNumbersIsNotFinite) {
  auto model = tiny_model();
  auto data = what_is_measured();
  data.taught[1].name = "b.png";
  data.taught[1].latent_mean.fill_(std::numeric_limits<float>::infinity());
  EXPECT_NE(error_of<NotFinite>([&] { measure(model, data, 7, 3, {}); }).find("the error of b.png after step 3"),
            std::string::npos);
}

TEST(Validation, RefusesWhatCannotBe) {
  auto model = tiny_model();
  auto options = measured_options();
  options.keep = "first";
  EXPECT_THROW(train(model, quick_data(), options), UsageError);
  options.keep = "best";
  options.validation_steps = 0;
  EXPECT_THROW(train(model, quick_data(), options), UsageError);
  options.keep = "last";
  options.early_stop = 1;
  EXPECT_THROW(train(model, quick_data(), options), UsageError);
}

}  // namespace
}  // namespace big
