#include "new_word.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/textual_inversion.h"
#include "big/training/trainer.h"
#include "support/error_of.h"
#include "support/temp_dir.h"
#include "training/tiny_model.h"

namespace big {
namespace {

TrainOptions word_options() {
  TrainOptions options;
  options.method = "textual_inversion";
  options.max_train_steps = 3;
  options.learning_rate = 1e-2;
  options.gradient_accumulation_steps = 1;
  options.prior_loss_weight = 0;
  options.word = {.word = "sks", .initializer = "dog", .num_vectors = 2};
  options.seed = 5;
  return options;
}

TEST(NewWord, BeginsAsTheInitializersTokensInTurn) {
  auto model = tiny_model();
  auto options = word_options();
  options.word.num_vectors = 4;
  const auto vectors = attach_new_word(model, options);
  ASSERT_EQ(vectors.size(), 1u);
  EXPECT_EQ(vectors[0].first, "text_encoder.word");
  const auto table = model.text_encoder->token_table();
  for (int64_t i = 0; i < 4; ++i) EXPECT_TRUE(torch::equal(vectors[0].second[i], table["dogd"[i]]));
  // As CLIP's: spaces around an added word are not kept.
  EXPECT_EQ(model.tokenizer->encode("a sks!"), (std::vector<int64_t>{'a', 258, 259, 260, 261, '!'}));
}

TEST(NewWord, MeansWhatItBeginsAs) {
  auto model = tiny_model(), plain = tiny_model();
  auto options = word_options();
  options.word.num_vectors = 3;
  attach_new_word(model, options);
  const torch::NoGradGuard no_grad;
  EXPECT_TRUE(torch::equal(encode_prompts(model, {"sks"}).context, encode_prompts(plain, {"dog"}).context));
  EXPECT_FALSE(torch::equal(encode_prompts(model, {"sks"}).context, encode_prompts(plain, {"sks"}).context));
}

TEST(NewWord, WithoutATokenToBeginWithIsRefused) {
  auto model = tiny_model();
  auto options = word_options();
  options.word.initializer = "";
  EXPECT_NE(error_of<UsageError>([&] { attach_new_word(model, options); }).find("initializer_token ''"),
            std::string::npos);
  options = word_options();
  options.word.num_vectors = 0;
  EXPECT_NE(error_of<UsageError>([&] { attach_new_word(model, options); }).find("num_vectors is 0"),
            std::string::npos);
}

TEST(TrainWord, ChangesItsVectorsAlone) {
  for (const auto dtype : {torch::kFloat32, torch::kBFloat16}) {
    auto model = tiny_model(dtype);
    const auto unet = weights_of(*model.unet), text = weights_of(*model.text_encoder);
    train(model, quick_data(), word_options());
    EXPECT_TRUE(equal_weights(weights_of(*model.unet), unet));
    EXPECT_TRUE(equal_weights(weights_of(*model.text_encoder), text));
    const auto word = attached_word(model, "sks").first;
    EXPECT_EQ(word.scalar_type(), torch::kFloat32);
    EXPECT_FALSE(word.requires_grad());
    EXPECT_FALSE(torch::allclose(word[0], text[0]['d'].to(torch::kFloat32)));
    EXPECT_TRUE(attached_lora(model).modules.empty());
  }
}

TEST(TrainWord, OfSdxlHasVectorsForBothEncoders) {
  auto model = tiny_sdxl();
  train(model, quick_data(), word_options());
  const auto word = attached_word(model, "sks");
  EXPECT_EQ(word.first.sizes(), (std::vector<int64_t>{2, 16}));
  EXPECT_EQ(word.second.sizes(), (std::vector<int64_t>{2, 16}));
  EXPECT_FALSE(torch::allclose(word.first, word.second));
}

TEST(TrainWord, SavedAndAppliedMeansTheSame) {
  const TempDir dir;
  const auto file = dir.path() / "sks.safetensors";
  for (auto make : {tiny_model, tiny_sdxl}) {
    auto taught = make(torch::kFloat32), fresh = make(torch::kFloat32);
    train(taught, quick_data(), word_options());
    write_embedding(file, attached_word(taught, "sks"), {{"format", "pt"}});
    apply_embeddings(fresh, {{file, "sks"}});
    const torch::NoGradGuard no_grad;
    EXPECT_TRUE(torch::equal(encode_prompts(taught, {"a sks dog"}).context,
                             encode_prompts(fresh, {"a sks dog"}).context));
  }
}

TEST(TrainPivotal, TeachesAdaptersAndTheWord) {
  auto model = tiny_model();
  auto options = word_options();
  options.method = "pivotal";
  options.word.learning_rate = 0.5;
  train(model, quick_data(), options);
  double size = 0;
  for (const auto& module : attached_lora(model).modules) size += module.up.abs().sum().item<double>();
  EXPECT_GT(size, 0);
  const auto begun = model.text_encoder->token_table()['d'];
  EXPECT_GT((attached_word(model, "sks").first[0] - begun).abs().max().item<double>(), 0.1);
}

}  // namespace
}  // namespace big
