#include "new_adapters.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/pipeline/lora.h"
#include "big/training/trainer.h"
#include "big/weights/lora_writer.h"
#include "step_draws.h"
#include "support/error_of.h"
#include "support/temp_dir.h"
#include "training/tiny_model.h"

namespace big {
namespace {

TrainOptions lora_options() {
  TrainOptions options;
  options.method = "lora";
  options.max_train_steps = 3;
  options.learning_rate = 1e-2;
  options.gradient_accumulation_steps = 1;
  options.seed = 5;
  return options;
}

/// "unet.<path>" -> up * down of what stands beside the layer.
std::map<std::string, torch::Tensor> changes(const StableDiffusion& model) {
  std::map<std::string, torch::Tensor> products;
  for (const auto& module : attached_lora(model).modules)
    products[module.part + "." + module.path] =
        module.alpha / static_cast<double>(module.rank()) * module.up.flatten(1).mm(module.down.flatten(1));
  return products;
}

bool equal_changes(const StableDiffusion& a, const StableDiffusion& b) {
  const auto left = changes(a), right = changes(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](const auto& x, const auto& y) {
    return x.first == y.first && torch::equal(x.second, y.second);
  });
}

TEST(NewAdapters, BeginAsPeftsGaussianOnesAndChangeNothingYet) {
  auto model = tiny_model();
  auto options = lora_options();
  options.lora.rank = 8;
  attach_new_adapters(model, options, nullptr);
  std::vector<torch::Tensor> downs;
  for (const auto& module : attached_lora(model).modules) {
    EXPECT_EQ(module.part, "unet");
    EXPECT_EQ(module.rank(), 8);
    EXPECT_EQ(module.alpha, 8);
    EXPECT_TRUE(torch::equal(module.up, torch::zeros_like(module.up)));
    downs.push_back(module.down.flatten());
  }
  const auto all = torch::cat(downs);
  EXPECT_GT(all.numel(), 2000);
  EXPECT_NEAR(all.std().item<double>(), 1.0 / 8, 0.006);
  EXPECT_NEAR(all.mean().item<double>(), 0, 0.006);
}

TEST(NewAdapters, StandBesideTheLayersThatAreAskedFor) {
  auto model = tiny_model();
  auto options = lora_options();
  attach_new_adapters(model, options, nullptr);
  const auto attention = changes(model);
  EXPECT_TRUE(attention.count("unet.down_blocks.0.attentions.0.proj_in"));
  EXPECT_FALSE(attention.count("unet.down_blocks.0.resnets.0.conv1"));
  options.lora.targets = "all";
  options.train_text_encoder = true;
  attach_new_adapters(model, options, nullptr);
  const auto all = changes(model);
  EXPECT_TRUE(all.count("unet.down_blocks.0.resnets.0.conv1"));
  EXPECT_TRUE(all.count("text_encoder.text_model.encoder.layers.0.mlp.fc1"));
  EXPECT_FALSE(all.count("unet.conv_in"));
}

TEST(NewAdapters, OfSdxlStandWhereTheyAreRead) {
  auto model = tiny_sdxl();
  auto options = lora_options();
  options.train_text_encoder = true;
  attach_new_adapters(model, options, nullptr);
  const auto all = changes(model);
  // The first encoder's only layer comes after what SDXL reads.
  EXPECT_FALSE(all.count("text_encoder.text_model.encoder.layers.0.mlp.fc1"));
  EXPECT_TRUE(all.count("text_encoder_2.text_model.encoder.layers.0.mlp.fc1"));
}

TEST(NewAdapters, AreDrawnFromTheSeedEachLayerByItself) {
  auto first = tiny_model(), second = tiny_model(), other = tiny_model();
  auto options = lora_options();
  attach_new_adapters(first, options, nullptr);
  options.train_text_encoder = true;
  attach_new_adapters(second, options, nullptr);
  options.seed = 6;
  attach_new_adapters(other, options, nullptr);
  const auto unet = attached_lora(first).modules;
  const auto both = attached_lora(second).modules, others = attached_lora(other).modules;
  size_t compared = 0;
  for (const auto& module : unet) {
    for (size_t i = 0; i < both.size(); ++i) {
      if (both[i].part != module.part || both[i].path != module.path) continue;
      EXPECT_TRUE(torch::equal(both[i].down, module.down)) << module.path;
      EXPECT_FALSE(torch::equal(others[i].down, module.down)) << module.path;
      ++compared;
    }
  }
  EXPECT_EQ(compared, unet.size());
}

TEST(NewAdapters, OptionsThatMakeNoSenseAreRefused) {
  auto model = tiny_model();
  const auto refusal = [&](auto change) {
    auto options = lora_options();
    change(options.lora);
    return error_of<UsageError>([&] { attach_new_adapters(model, options, nullptr); });
  };
  EXPECT_NE(refusal([](auto& lora) { lora.rank = 0; }).find("lora_rank is 0"), std::string::npos);
  EXPECT_NE(refusal([](auto& lora) { lora.alpha = 0; }).find("lora_alpha is 0"), std::string::npos);
  EXPECT_NE(refusal([](auto& lora) { lora.dropout = 1; }).find("lora_dropout is 1"), std::string::npos);
  EXPECT_NE(refusal([](auto& lora) { lora.targets = "some"; }).find("'some'"), std::string::npos);
  EXPECT_NE(refusal([](auto& lora) {
              lora.use_dora = true;
              lora.dropout = 0.1;
            }).find("do not go together"),
            std::string::npos);
}

TEST(TrainLora, LeavesTheWeightsAsTheyAreInTheirOwnType) {
  auto model = tiny_model(torch::kBFloat16);
  const auto unet = weights_of(*model.unet), text = weights_of(*model.text_encoder);
  const auto result = train(model, quick_data(), lora_options());
  EXPECT_TRUE(std::isfinite(result.final_loss));
  EXPECT_TRUE(equal_weights(weights_of(*model.unet), unet));
  EXPECT_TRUE(equal_weights(weights_of(*model.text_encoder), text));
  double size = 0;
  for (const auto& module : attached_lora(model).modules) {
    EXPECT_EQ(module.down.scalar_type(), torch::kFloat32);
    EXPECT_FALSE(module.down.requires_grad());
    size += module.up.abs().sum().item<double>();
  }
  EXPECT_GT(size, 0);
}

TEST(TrainLora, SameSeedGivesTheSameAdapters) {
  auto first = tiny_model(), second = tiny_model(), other = tiny_model();
  auto options = lora_options();
  options.lora.dropout = 0.3;
  const auto result = train(first, quick_data(), options);
  EXPECT_EQ(result.losses, train(second, quick_data(), options).losses);
  EXPECT_TRUE(equal_changes(first, second));
  // Dropout takes part.
  options.lora.dropout = 0;
  EXPECT_NE(result.losses, train(other, quick_data(), options).losses);
}

TEST(TrainLora, GradientCheckpointingChangesNoNumber) {
  for (const double dropout : {0.0, 0.3}) {
    auto plain = tiny_model(torch::kFloat64), checkpointed = tiny_model(torch::kFloat64);
    auto options = lora_options();
    options.lora.targets = "all";
    options.lora.dropout = dropout;
    const auto expected = train(plain, quick_data(), options);
    options.gradient_checkpointing = true;
    const auto found = train(checkpointed, quick_data(), options);
    for (size_t i = 0; i < expected.losses.size(); ++i)
      EXPECT_NEAR(found.losses[i], expected.losses[i], 1e-10) << dropout;
    const auto ours = changes(checkpointed);
    for (const auto& [name, change] : changes(plain))
      EXPECT_LT((change - ours.at(name)).norm().item<double>(), 1e-8) << name << " with dropout " << dropout;
  }
}

TEST(TrainLora, ASecondRunBeginsAnew) {
  auto model = tiny_model(), fresh = tiny_model();
  train(model, quick_data(), lora_options());
  train(model, quick_data(), lora_options());
  train(fresh, quick_data(), lora_options());
  EXPECT_TRUE(equal_changes(model, fresh));
}

TEST(TrainLora, GoesOnFromAFile) {
  const TempDir dir;
  auto model = tiny_model(), again = tiny_model();
  auto options = lora_options();
  options.lora.rank = 3;
  options.lora.alpha = 2;
  train(model, quick_data(), options);
  const auto lora = attached_lora(model);
  const auto file = dir.path() / "taught.safetensors";
  write_lora(file, lora, LoraFormat::kKohya, lora_targets(model), lora_metadata(lora, {}));

  options.lora = {.init = file};
  options.learning_rate = 0;
  options.adam_weight_decay = 0;
  train(again, quick_data(), options);
  EXPECT_TRUE(equal_changes(model, again)) << "at rate 0 nothing moves";
  EXPECT_EQ(attached_lora(again).modules.front().rank(), 3);
  EXPECT_EQ(attached_lora(again).modules.front().alpha, 2);
  options.learning_rate = 1e-2;
  train(again, quick_data(), options);
  EXPECT_FALSE(equal_changes(model, again));
}

TEST(TrainLora, TextEncodersStopAtTheirShare) {
  auto stopped = tiny_model(), never = tiny_model();
  auto options = lora_options();
  options.train_text_encoder = true;
  options.text_encoder_stop = 0;
  train(stopped, quick_data(), options);
  options.text_encoder_stop = 1;
  train(never, quick_data(), options);
  const std::string layer = "text_encoder.text_model.encoder.layers.0.mlp.fc1";
  EXPECT_EQ(changes(stopped).at(layer).abs().sum().item<double>(), 0);
  EXPECT_GT(changes(never).at(layer).abs().sum().item<double>(), 0);
}

TEST(TrainSelfDistilled, AdaptersThatChangeNothingAgreeWithTheirTeacher) {
  auto options = lora_options();
  options.max_train_steps = 1;
  options.prior = "self_distilled";
  options.prior_loss_weight = 1e6;  // would show the least disagreement
  auto model = tiny_model(torch::kFloat64), alone = tiny_model(torch::kFloat64);
  const TrainHooks same{[](int64_t, at::IntArrayRef shape) {
    auto draws = draw_step(0, 0, {4, shape[1], shape[2], shape[3]}, 1000);
    return StepDraws{draws.latent_noise.slice(0, 0, shape[0]), draws.noise.slice(0, 0, shape[0]),
                     draws.timesteps.slice(0, 0, shape[0])};
  }};
  const double with = train(model, quick_data(), options, {}, same).losses.front();
  options.prior_loss_weight = 0;
  const double without = train(alone, quick_data(), options, {}, same).losses.front();
  EXPECT_NEAR(with, without, 1e-9 * without);
}

TEST(TrainSelfDistilled, FullTrainingKeepsACopyAsItWas) {
  auto model = tiny_model(torch::kFloat64), drifting = tiny_model(torch::kFloat64);
  auto options = lora_options();
  options.method = "full";
  options.max_train_steps = 30;
  options.learning_rate = 1e-3;
  const auto drift = [&](StableDiffusion& taught) {
    auto plain = tiny_model(torch::kFloat64);
    const torch::NoGradGuard no_grad;
    const auto x = tiny_examples(1, "", 9)[0].latent_mean.unsqueeze(0).to(torch::kFloat64);
    const auto text = encode_prompts(plain, {"dog"}).context;
    const auto at = [&](StableDiffusion& one) { return one.unet->forward(x, torch::tensor({500}), text); };
    return (at(taught) - at(plain)).norm().item<double>();
  };
  options.prior = "self_distilled";
  options.prior_loss_weight = 3;
  train(model, quick_data(), options);
  options.prior_loss_weight = 0;
  train(drifting, quick_data(), options);
  EXPECT_LT(drift(model), 0.6 * drift(drifting));
}

}  // namespace
}  // namespace big
