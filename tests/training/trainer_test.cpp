#include "big/training/trainer.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <limits>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "step_draws.h"
#include "support/error_of.h"
#include "training/tiny_model.h"

namespace big {
namespace {

TrainOptions quick_options() {
  TrainOptions options;
  options.max_train_steps = 3;
  options.learning_rate = 1e-3;
  options.gradient_accumulation_steps = 1;
  options.seed = 5;
  return options;
}

/// The draws of one pass for ever: the loss must fall then.
TrainHooks same_draws() {
  return {[](int64_t, at::IntArrayRef shape) { return draw_step(0, 0, shape, 1000); }};
}

TEST(Train, SameSeedGivesTheSameLossesAndWeights) {
  auto first = tiny_model(), second = tiny_model(), other = tiny_model();
  auto options = quick_options();
  const auto result = train(first, quick_data(), options);
  EXPECT_EQ(result.losses, train(second, quick_data(), options).losses);
  EXPECT_TRUE(equal_weights(weights_of(*first.unet), weights_of(*second.unet)));
  options.seed = 6;
  EXPECT_NE(result.losses, train(other, quick_data(), options).losses);
}

TEST(Train, LossFallsOnRepeatedNoise) {
  auto model = tiny_model();
  auto options = quick_options();
  options.max_train_steps = 40;
  TrainingData data = quick_data();
  data.instance.resize(1);
  data.prior.resize(1);
  const auto result = train(model, data, options, {}, same_draws());
  EXPECT_EQ(result.steps, 40);
  EXPECT_EQ(result.losses.size(), 40u);
  EXPECT_LT(result.final_loss, 0.7 * result.losses.front());
  EXPECT_GT(result.seconds, 0);
}

TEST(Train, ChangesTheUNetAloneUnlessTheTextEncoderIsAskedFor) {
  auto frozen = tiny_model(), taught = tiny_model();
  const auto text = weights_of(*frozen.text_encoder), vae = weights_of(*frozen.vae),
             unet = weights_of(*frozen.unet);
  auto options = quick_options();
  train(frozen, quick_data(), options);
  EXPECT_TRUE(equal_weights(weights_of(*frozen.text_encoder), text));
  EXPECT_TRUE(equal_weights(weights_of(*frozen.vae), vae));
  EXPECT_FALSE(equal_weights(weights_of(*frozen.unet), unet));
  options.train_text_encoder = true;
  train(taught, quick_data(), options);
  EXPECT_FALSE(equal_weights(weights_of(*taught.text_encoder), text));
  EXPECT_TRUE(equal_weights(weights_of(*taught.vae), vae));
}

TEST(Train, OfSdxlChangesWhatThePictureDependsOnAlone) {
  auto model = tiny_sdxl();
  const auto first = weights_of(*model.text_encoder), second = weights_of(*model.text_encoder_2);
  auto options = quick_options();
  train(model, quick_data(), options);
  EXPECT_TRUE(equal_weights(weights_of(*model.text_encoder), first));
  EXPECT_TRUE(equal_weights(weights_of(*model.text_encoder_2), second));

  options.train_text_encoder = true;
  train(model, quick_data(), options);
  EXPECT_FALSE(equal_weights(weights_of(*model.text_encoder_2), second));
  const auto after = model.text_encoder->named_parameters();
  size_t i = 0;
  for (const auto& item : after) {
    // Its last layer (here its only one) comes after what SDXL reads: no weight decay may touch it either.
    const bool unread = item.first.find("embeddings") == std::string::npos;
    EXPECT_EQ(torch::equal(item.second, first[i++]), unread) << item.first;
  }
}

TEST(Train, LeavesNothingBehindThatWantsGradients) {
  auto model = tiny_model();
  auto options = quick_options();
  options.train_text_encoder = true;
  train(model, quick_data(), options);
  for (const auto& parameter : model.unet->parameters()) {
    EXPECT_FALSE(parameter.requires_grad());
    EXPECT_FALSE(parameter.grad().defined());
  }
  for (const auto& parameter : model.text_encoder->parameters()) EXPECT_FALSE(parameter.requires_grad());
}

TEST(Train, RaisesHalfPrecisionWeightsToSingle) {
  auto model = tiny_model(torch::kBFloat16);
  const auto result = train(model, quick_data(), quick_options());
  EXPECT_TRUE(std::isfinite(result.final_loss));
  EXPECT_EQ(model.unet->parameters()[0].scalar_type(), torch::kFloat32);
  EXPECT_EQ(model.text_encoder->parameters()[0].scalar_type(), torch::kBFloat16);
}

TEST(Train, GradientCheckpointingChangesNoNumber) {
  auto plain = tiny_model(torch::kFloat64), checkpointed = tiny_model(torch::kFloat64);
  auto options = quick_options();
  options.train_text_encoder = true;
  const auto expected = train(plain, quick_data(), options);
  options.gradient_checkpointing = true;
  const auto found = train(checkpointed, quick_data(), options);
  for (size_t i = 0; i < expected.losses.size(); ++i) EXPECT_NEAR(found.losses[i], expected.losses[i], 1e-10);
  for (const auto& [name, weight] : plain.unet->named_parameters())
    EXPECT_LT((weight - checkpointed.unet->parameter(name)).norm().item<double>(), 1e-9) << name;
}

TEST(Train, AccumulatesPassesIntoOneUpdate) {
  auto model = tiny_model();
  auto options = quick_options();
  options.gradient_accumulation_steps = 3;
  std::vector<int64_t> passes;
  const TrainHooks hooks{[&](int64_t pass, at::IntArrayRef shape) {
    passes.push_back(pass);
    return draw_step(0, pass, shape, 1000);
  }};
  EXPECT_EQ(train(model, quick_data(), options, {}, hooks).losses.size(), 3u);
  EXPECT_EQ(passes, (std::vector<int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST(Train, WithoutPriorTakesHalfTheRows) {
  auto model = tiny_model();
  auto options = quick_options();
  options.prior_loss_weight = 0;
  options.max_train_steps = 1;
  int64_t rows = 0;
  const TrainHooks hooks{[&](int64_t pass, at::IntArrayRef shape) {
    rows = shape[0];
    return draw_step(0, pass, shape, 1000);
  }};
  train(model, quick_data(), options, {}, hooks);
  EXPECT_EQ(rows, 2);
}

TEST(Train, ReportsEachUpdateWithItsLoss) {
  auto model = tiny_model();
  std::vector<Progress> steps;
  const auto result =
      train(model, quick_data(), quick_options(), [&](const Progress& step) { steps.push_back(step); });
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[2].done, 3);
  EXPECT_EQ(steps[2].total, 3);
  EXPECT_EQ(steps[1].loss, result.losses[1]);
}

TEST(Train, StopsWithinAStepWhenASignalArrives) {
  auto model = tiny_model();
  int64_t done = 0;
  const auto stop_in_second = [&](const Progress& step) {
    done = step.done;
    if (step.done == 2) set_pending_signal(2);
  };
  auto options = quick_options();
  options.max_train_steps = 50;
  EXPECT_THROW(train(model, quick_data(), options, stop_in_second), Interrupted);
  set_pending_signal(0);
  EXPECT_EQ(done, 2);
  for (const auto& parameter : model.unet->parameters()) EXPECT_FALSE(parameter.requires_grad());
}

TEST(Train, NamesStepAndPicturesOfALossThatIsNotFinite) {
  auto model = tiny_model();
  TrainingData data = quick_data();
  const TrainHooks broken{[](int64_t pass, at::IntArrayRef shape) {
    auto draws = draw_step(0, pass, shape, 1000);
    if (pass == 1) draws.noise.fill_(std::numeric_limits<float>::quiet_NaN());
    return draws;
  }};
  try {
    train(model, data, quick_options(), {}, broken);
    FAIL() << "went on";
  } catch (const MachineError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("step 2"), std::string::npos) << message;
    EXPECT_NE(message.find("'sks dog' at timestep"), std::string::npos) << message;
    EXPECT_NE(message.find("'dog' at timestep"), std::string::npos) << message;
    EXPECT_NE(message.find("before the first layer"), std::string::npos) << message;
  }
}

TEST(Train, NamesThePhotoAndTheLayerAtFault) {
  auto model = tiny_model();
  TrainingData data = quick_data();
  data.instance[1].name = "b.png";
  data.instance[1].latent_mean.fill_(1e30);  // finite, but too large for the first layer's squares
  auto options = quick_options();
  const auto message = error_of<NotFinite>([&] { train(model, data, options); });
  EXPECT_NE(message.find("'b.png' ('sks dog') at timestep"), std::string::npos) << message;
  EXPECT_EQ(message.find("'dog' at"), std::string::npos) << message;
  EXPECT_NE(message.find("the first output that is none: "), std::string::npos) << message;
  EXPECT_NE(message.find("unet."), std::string::npos) << message;
}

TEST(Train, StopsBeforeAGradientThatIsNotFiniteReachesTheWeights) {
  for (const double max_grad_norm : {1.0, 0.0}) {
    auto model = tiny_model();
    auto options = quick_options();
    options.max_grad_norm = max_grad_norm;
    options.prior_loss_weight = 1e36;  // the loss still fits, its gradient does not
    const auto message = error_of<NotFinite>([&] { train(model, quick_data(), options); });
    EXPECT_NE(message.find("training: the gradient of step 1"), std::string::npos) << message;
    EXPECT_NE(message.find("'dog' at timestep"), std::string::npos) << message;
    for (const auto& weight : weights_of(*model.unet))
      EXPECT_TRUE(torch::isfinite(weight).all().item<bool>());
  }
}

TEST(Train, ReleasedGradientsGiveTheSameWeights) {
  for (const std::string optimizer : {"adamw", "adamw8bit", "lion"}) {
    auto kept = tiny_model(), released = tiny_model();
    auto options = quick_options();
    options.optimizer = optimizer;
    options.train_text_encoder = true;
    options.max_grad_norm = 1e30;  // clips nothing
    const auto expected = train(kept, quick_data(), options).losses;
    options.max_grad_norm = 0;
    EXPECT_EQ(train(released, quick_data(), options).losses, expected) << optimizer;
    EXPECT_TRUE(equal_weights(weights_of(*released.unet), weights_of(*kept.unet))) << optimizer;
    EXPECT_TRUE(equal_weights(weights_of(*released.text_encoder), weights_of(*kept.text_encoder)));
    // Nothing of it is left for the next run.
    options.max_grad_norm = 1e30;
    EXPECT_EQ(train(kept, quick_data(), options).losses, train(released, quick_data(), options).losses);
  }
}

TEST(Train, TrainsOnWholePicturesWithRandomCrops) {
  auto model = tiny_model();
  TrainingData data;
  Example example;
  example.image = Image(24, 16, 90);
  example.prompt = "sks dog";
  data.instance = {example};
  auto options = quick_options();
  options.prior_loss_weight = 0;
  options.resolution = 16;
  EXPECT_EQ(train(model, data, options).losses.size(), 3u);
}

TEST(Train, WorksInsideACallersNoGradGuard) {
  auto model = tiny_model();
  const auto before = weights_of(*model.unet);
  torch::NoGradGuard no_grad;
  train(model, quick_data(), quick_options());
  EXPECT_FALSE(equal_weights(weights_of(*model.unet), before));
}

TEST(Train, RefusesOptionsThatMakeNoSense) {
  auto model = tiny_model();
  auto options = quick_options();
  options.train_batch_size = 0;
  EXPECT_THROW(train(model, quick_data(), options), UsageError);
  options = quick_options();
  options.gradient_accumulation_steps = 0;
  EXPECT_THROW(train(model, quick_data(), options), UsageError);
  options = quick_options();
  options.lr_scheduler = "steps";
  EXPECT_THROW(train(model, quick_data(), options), UsageError);
}

}  // namespace
}  // namespace big
