#include "big/training/denoising_errors.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/training/trainer.h"
#include "tiny_model.h"

namespace big {
namespace {

constexpr DenoisingProbe kProbe{.levels = 4, .seed = 9};

TEST(DenoisingErrors, AreTheSquaresOfWhatTheNetworkMisses) {
  auto model = tiny_model(torch::kFloat64);
  auto pictures = tiny_examples(2, "a sks cat", 3);
  const auto errors = denoising_errors(model, pictures, "a sks cat", kProbe);
  ASSERT_EQ(errors.sizes(), (at::IntArrayRef{2, 4}));
  EXPECT_EQ(errors.scalar_type(), torch::kFloat64);

  // A network that says nothing but zeros misses the whole target: for noise with variance 1, about 1.
  const torch::NoGradGuard no_gradients;
  for (auto& parameter : model.unet->parameters()) parameter.zero_();
  const auto of_zeros = denoising_errors(model, pictures, "a sks cat", kProbe);
  EXPECT_NEAR(of_zeros.mean().item<double>(), 1, 0.25);
  EXPECT_GT((of_zeros - errors).abs().max().item<double>(), 1e-3);
}

TEST(DenoisingErrors, TheSameNoiseForEveryPromptAndModel) {
  auto model = tiny_model();
  const auto pictures = tiny_examples(2, "a sks cat", 3);
  const auto errors = denoising_errors(model, pictures, "a sks cat", kProbe);
  EXPECT_TRUE(torch::equal(denoising_errors(model, pictures, "a sks cat", kProbe), errors));
  EXPECT_FALSE(torch::equal(denoising_errors(model, pictures, "a dog", kProbe), errors));
  auto other = kProbe;
  other.seed = 10;
  EXPECT_FALSE(torch::equal(denoising_errors(model, pictures, "a sks cat", other), errors));
  // Each picture has its own noise, whatever stands beside it.
  EXPECT_TRUE(torch::allclose(denoising_errors(model, {pictures[0]}, "a sks cat", kProbe)[0], errors[0]));
}

TEST(DenoisingErrors, FallForWhatIsLearned) {
  auto model = tiny_model();
  const auto pictures = tiny_examples(2, "a sks cat", 3);
  const double before = denoising_errors(model, pictures, "a sks cat", kProbe).mean().item<double>();
  TrainOptions options;
  options.max_train_steps = 30;
  options.learning_rate = 3e-3;
  options.prior_loss_weight = 0;
  train(model, {pictures, {}, {}}, options);
  EXPECT_LT(denoising_errors(model, pictures, "a sks cat", kProbe).mean().item<double>(), 0.9 * before);
}

TEST(DenoisingErrors, KnowSdxlsConditions) {
  auto model = tiny_sdxl();
  auto pictures = tiny_examples(1, "a sks cat", 3);
  const auto errors = denoising_errors(model, pictures, "a sks cat", kProbe);
  pictures[0].sizes.original_height += 512;
  EXPECT_FALSE(torch::equal(denoising_errors(model, pictures, "a sks cat", kProbe), errors));
}

TEST(DenoisingErrors, StopForASignal) {
  auto model = tiny_model();
  set_pending_signal(15);
  EXPECT_THROW(denoising_errors(model, tiny_examples(1, "a", 3), "a", kProbe), Interrupted);
  set_pending_signal(0);
}

}  // namespace
}  // namespace big
