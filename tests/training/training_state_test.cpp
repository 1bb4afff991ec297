#include "big/training/training_state.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/training/trainer.h"
#include "support/error_of.h"
#include "support/temp_dir.h"
#include "training/tiny_model.h"

namespace big {
namespace {

TrainOptions options_of(const std::string& optimizer) {
  TrainOptions options;
  options.max_train_steps = 6;
  options.learning_rate = optimizer == "prodigy" ? 1 : 1e-3;
  options.gradient_accumulation_steps = 2;
  options.train_text_encoder = true;
  options.lr_scheduler = "cosine";
  options.lr_warmup_steps = 2;
  options.noise_offset = 0.1;
  options.snr_gamma = 5;
  options.checkpointing_steps = 2;
  options.optimizer = optimizer;
  options.seed = 5;
  return options;
}

std::vector<torch::Tensor> all_weights(const StableDiffusion& model) {
  auto weights = weights_of(*model.unet);
  for (const auto& weight : weights_of(*model.text_encoder)) weights.push_back(weight);
  return weights;
}

/// A run that a signal stops after `stop_after` updates, saved at `folder`.
void run_until(int64_t stop_after, const TrainOptions& options, const std::filesystem::path& folder) {
  auto model = tiny_model();
  TrainHooks hooks;
  hooks.checkpoint = [&](const TrainingState& state) { save_training_state(state, folder, {{"n", 7}}); };
  const auto stop = [&](const Progress& step) {
    if (step.done == stop_after) set_pending_signal(15);
  };
  EXPECT_THROW(train(model, quick_data(), options, stop, hooks), Interrupted);
  set_pending_signal(0);
}

TrainResult go_on(StableDiffusion& model, const TrainOptions& options, const std::filesystem::path& folder) {
  const auto stored = load_training_state(folder);
  TrainHooks hooks;
  hooks.resume = &stored.state;
  return train(model, quick_data(), options, {}, hooks);
}

class Resume : public testing::TestWithParam<std::string> {};

TEST_P(Resume, EndsAsTheRunThatWasNotStoppedToTheBit) {
  for (const bool ema : {false, true}) {
    auto options = options_of(GetParam());
    options.use_ema = ema;
    auto whole = tiny_model();
    const auto expected = train(whole, quick_data(), options);
    for (const int64_t stop_after : {1, 4}) {
      const TempDir folder;
      run_until(stop_after, options, folder.path());
      auto model = tiny_model();
      const auto found = go_on(model, options, folder.path());
      EXPECT_EQ(found.losses, expected.losses) << stop_after;
      EXPECT_EQ(found.final_loss, expected.final_loss);
      EXPECT_TRUE(equal_weights(all_weights(model), all_weights(whole))) << stop_after << ", ema " << ema;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All,
                         Resume,
                         testing::Values("adamw", "adamw8bit", "adafactor", "prodigy", "lion", "sgd"),
                         [](const auto& test) { return test.param; });

TEST(Checkpoint, HoldsTheStateAfterEverySoManyUpdatesButNotTheLast) {
  auto options = options_of("adamw");
  std::vector<int64_t> steps;
  TrainHooks hooks;
  hooks.checkpoint = [&](const TrainingState& state) {
    steps.push_back(state.step);
    EXPECT_EQ(static_cast<size_t>(state.step), state.losses.size());
  };
  auto model = tiny_model();
  train(model, quick_data(), options, {}, hooks);
  EXPECT_EQ(steps, (std::vector<int64_t>{2, 4}));
}

TEST(Checkpoint, ShowsTheMovingAverageAndTrainsOnWithTheWeights) {
  auto options = options_of("adamw");
  auto plain = tiny_model(), averaged = tiny_model();
  train(plain, quick_data(), options);
  const auto expected = all_weights(plain);

  options.use_ema = true;
  std::vector<torch::Tensor> shown, own;
  TrainHooks hooks;
  hooks.checkpoint = [&](const TrainingState& state) {
    shown = weights_of(*averaged.unet);
    for (const auto& [name, tensor] : state.tensors)
      if (name.starts_with("parameter.unet.")) own.push_back(tensor.clone());
    own.erase(own.begin(), own.end() - static_cast<int64_t>(shown.size()));
  };
  train(averaged, quick_data(), options, {}, hooks);
  EXPECT_FALSE(equal_weights(shown, own));
  EXPECT_FALSE(equal_weights(all_weights(averaged), expected));

  options.ema_decay = 0;  // the average is then the weights, but for the rounding of a - (a - b)
  auto same = tiny_model();
  train(same, quick_data(), options, {}, {});
  const auto found = all_weights(same);
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_TRUE(torch::allclose(found[i], expected[i], 1e-6, 1e-7));
}

TEST(TrainingState, OfAnotherRunIsRefusedByName) {
  const TempDir folder;
  const auto options = options_of("adamw");
  run_until(1, options, folder.path());
  auto other = options;
  other.optimizer = "lion";
  auto model = tiny_model();
  EXPECT_EQ(go_on(model, other, folder.path()).losses.size(), 6u);  // Lion's state is a part of AdamW's
  other.optimizer = "sgd";
  EXPECT_NE(error_of<InputError>([&] { go_on(model, other, folder.path()); }).find("momentum_buffer"),
            std::string::npos);
  auto larger = tiny_sdxl();
  EXPECT_NE(error_of<InputError>([&] { go_on(larger, options, folder.path()); }).find("another model"),
            std::string::npos);
}

TEST(TrainingState, NamesWhatIsDamaged) {
  const TempDir folder;
  EXPECT_FALSE(has_training_state(folder.path()));
  EXPECT_THROW(load_training_state(folder.path()), InputError);
  save_training_state({2, 1, {0.5, 0.25}, {{"parameter.a", torch::ones({3})}}}, folder.path(), {{"n", 7}});
  ASSERT_TRUE(has_training_state(folder.path()));
  const auto stored = load_training_state(folder.path());
  EXPECT_EQ(stored.state.losses, (std::vector<double>{0.5, 0.25}));
  EXPECT_EQ(stored.about.at("n"), 7);
  save_training_state({3, 1, {0.5}, {}}, folder.path(), {});
  EXPECT_NE(error_of<InputError>([&] { load_training_state(folder.path()); }).find("'step' is 3"),
            std::string::npos);
}

}  // namespace
}  // namespace big
