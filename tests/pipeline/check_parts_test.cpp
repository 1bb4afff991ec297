#include "check_parts.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "references.h"
#include "support/error_of.h"

namespace big {
namespace {

/// A loaded SDXL of which one part is swapped for another model's.
class CheckParts : public testing::Test {
 protected:
  StableDiffusion model_ = load_model(test::references("sdxl") / "model");

  void expect_refusal(const std::string& words) {
    const auto error = error_of<InputError>([&] { check_parts_fit(model_); });
    EXPECT_NE(error.find(words), std::string::npos) << error;
    EXPECT_NE(error.find("not of one model"), std::string::npos) << error;
  }
  static StableDiffusion other(const std::string& family) {
    return load_model(test::references(family) / "model");
  }
};

TEST_F(CheckParts, WhatWasLoadedTogetherFits) { EXPECT_NO_THROW(check_parts_fit(model_)); }

TEST_F(CheckParts, TheEncodersTogetherMakeTheUNetsContext) {
  model_.text_encoder = nullptr;
  model_.tokenizer = nullptr;
  expect_refusal("the UNet's cross_attention_dim is 80, expected 48 as the text encoder's hidden_size");
  model_ = other("sdxl");
  model_.text_encoder = other("sd2").text_encoder;
  expect_refusal("is 80, expected 96 as both text encoders' hidden_size together");
}

TEST_F(CheckParts, AUNetThatTakesNoPooledTextWantsNoSecondEncoder) {
  auto plain = other("sd2");  // a context as wide as the second encoder's
  model_.unet = plain.unet;
  model_.text_encoder = nullptr;
  expect_refusal("the UNet takes no pooled text, but there is a text_encoder_2");
}

TEST_F(CheckParts, AUNetThatTakesPooledTextWantsASecondEncoder) {
  model_ = other("refiner");
  model_.text_encoder = other("sd2").text_encoder;
  model_.tokenizer = other("sd2").tokenizer;
  model_.text_encoder_2 = nullptr;
  expect_refusal("the UNet takes pooled text, but there is no text_encoder_2");
}

TEST_F(CheckParts, ThePooledTextAndTheTimeIdsFillTheirPlace) {
  auto config = model_.unet->config;
  config.projection_class_embeddings_input_dim += 3;
  model_.unet = UNet2DCondition(config);
  expect_refusal("projection_class_embeddings_input_dim is 91, expected 88 (or, for a refiner, 80)");
  config.projection_class_embeddings_input_dim = 40 + 7 * 8;
  model_.unet = UNet2DCondition(config);
  expect_refusal("projection_class_embeddings_input_dim is 96");
}

TEST_F(CheckParts, APlainEncoderIsNoSecondOne) {
  auto config = model_.text_encoder_2->config;
  config.projection_dim = 0;
  model_.text_encoder_2 = ClipTextModel(config);
  expect_refusal("text_encoder_2 has no projection");
}

TEST_F(CheckParts, OnlyAMaskAndAPictureMayComeBesideTheLatents) {
  auto config = model_.unet->config;
  config.in_channels = 9;
  model_.unet = UNet2DCondition(config);
  EXPECT_NO_THROW(check_parts_fit(model_));
  config.in_channels = 8;
  model_.unet = UNet2DCondition(config);
  expect_refusal("the UNet's in_channels is 8, expected 4");
}

}  // namespace
}  // namespace big
