// What img2img, inpainting, second passes and half precision promise beside being diffusers'.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>

#include "big/core/error.h"
#include "big/imaging/mask.h"
#include "big/imaging/png.h"
#include "big/pipeline/text_to_image.h"
#include "in_fp32.h"
#include "pixels.h"
#include "references.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

using test::pixels;

/// A picture of which each pixel is another.
Image motley(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.at(x, y)[0] = static_cast<uint8_t>(3 * x + y);
      image.at(x, y)[1] = static_cast<uint8_t>(5 * y);
      image.at(x, y)[2] = static_cast<uint8_t>(7 * x * y);
    }
  }
  return image;
}

Image mask_of(int width, int height, const Region& region) {
  Image mask(width, height);
  for (int y = region.y; y < region.y + region.height; ++y)
    for (int x = region.x; x < region.x + region.width; ++x) std::fill_n(mask.at(x, y), 3, 255);
  return mask;
}

class ImageToImage : public testing::Test {
 protected:
  ImageToImage() : model_(load_model(test::references("starter") / "model")) {
    options_.prompt = "a cat";
    options_.num_images = 1;
    options_.num_inference_steps = 4;
  }

  void begin_from(const Image& image) {
    options_.start.init_image = folder_.path() / "init.png";
    write_png(options_.start.init_image, image);
  }
  void mask_with(const Image& mask) {
    options_.start.mask = folder_.path() / "mask.png";
    write_png(options_.start.mask, mask);
  }
  Image draw() { return draw_by(model_); }
  Image draw_by(StableDiffusion& model) {
    Image drawn;
    generate(model, options_, [&](int64_t, Image image) { drawn = std::move(image); });
    return drawn;
  }

  TempDir folder_;
  StableDiffusion model_;
  GenerateOptions options_;
};

TEST_F(ImageToImage, TheResultIsAsLargeAsThePicture) {
  begin_from(motley(75, 50));
  const Image drawn = draw();
  EXPECT_EQ(drawn.width, 72);
  EXPECT_EQ(drawn.height, 48);
}

TEST_F(ImageToImage, AnotherSizeCoversAndCuts) {
  begin_from(motley(75, 50));
  options_.height = options_.width = 32;
  const Image cut = draw();
  begin_from(resize_to_cover(motley(75, 50), 32, 32));
  EXPECT_EQ(draw(), cut);
}

TEST_F(ImageToImage, LessStrengthStaysNearer) {
  // By weights that were trained: random ones know no nearness.
  model_ = load_model(std::filesystem::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models" / "starter");
  begin_from(motley(64, 64));
  const auto distance = [&](double strength) {
    options_.start.strength = strength;
    return (pixels(draw()) - pixels(motley(64, 64))).to(torch::kFloat32).square().mean().item<double>();
  };
  options_.num_inference_steps = 10;
  EXPECT_LT(distance(0.1), distance(0.9));
}

TEST_F(ImageToImage, ProgressCountsTheStepsThatAreMade) {
  begin_from(motley(32, 32));
  options_.start.strength = 0.5;
  options_.hires = {2, 0.75, 0, "lanczos"};
  std::vector<int64_t> done;
  generate(
      model_, options_, [](int64_t, Image) {},
      [&](const Progress& progress) {
        EXPECT_EQ(progress.total, 2 + 3);
        done.push_back(progress.done);
      });
  EXPECT_EQ(done, (std::vector<int64_t>{1, 2, 3, 4, 5}));
}

TEST_F(ImageToImage, MasksThatCannotBeUsedSayWhy) {
  begin_from(motley(64, 64));
  mask_with(Image(64, 32, 255));
  const auto size = error_of<UsageError>([&] { draw(); });
  EXPECT_NE(size.find("is 64 x 32, expected 64 x 64"), std::string::npos) << size;
  mask_with(Image(64, 64));
  const auto black = error_of<InputError>([&] { draw(); });
  EXPECT_NE(black.find("black all over"), std::string::npos) << black;
  mask_with(mask_of(64, 64, {1, 1, 2, 2}));  // between the pixels that latent cells look at
  const auto thin = error_of<InputError>([&] { draw(); });
  EXPECT_NE(thin.find("too thin"), std::string::npos) << thin;
  mask_with(mask_of(64, 64, {0, 0, 10, 4}));
  options_.height = 32;
  options_.width = 64;
  const auto outside = error_of<InputError>([&] { draw(); });
  EXPECT_NE(outside.find("nothing of what it marks"), std::string::npos) << outside;
}

TEST_F(ImageToImage, ASoftEdgeFadesOutsideTheMask) {
  begin_from(motley(64, 64));
  mask_with(mask_of(64, 64, {32, 0, 32, 64}));
  const auto hard = pixels(draw());
  options_.start.mask_blur = 3;
  const auto soft = pixels(draw()), init = pixels(motley(64, 64));
  EXPECT_TRUE(torch::equal(hard.slice(1, 0, 32), init.slice(1, 0, 32)));
  EXPECT_TRUE(torch::equal(soft.slice(1, 0, 20), init.slice(1, 0, 20))) << "far from the edge";
  EXPECT_FALSE(torch::equal(soft.slice(1, 29, 32), init.slice(1, 29, 32)));
}

TEST_F(ImageToImage, MaskedOnlyGivesBackTheWholePicture) {
  const Image init = motley(150, 93);
  begin_from(init);
  mask_with(mask_of(150, 93, {100, 30, 20, 12}));
  options_.start.inpaint_masked_only = true;
  options_.start.mask_padding = 10;
  const auto drawn = pixels(draw());
  auto kept = torch::ones({93, 150, 1}, torch::kBool);
  kept.slice(0, 30, 42).slice(1, 100, 120).fill_(false);
  EXPECT_TRUE(torch::equal(drawn.masked_select(kept), pixels(init).masked_select(kept)));
  EXPECT_FALSE(torch::equal(drawn, pixels(init)));
}

TEST_F(ImageToImage, ASecondPassIsTheSameAsASecondCommand) {
  options_.seed = 5;
  options_.hires = {2, 0.5, 6, "lanczos"};
  const Image at_once = draw();
  options_.hires = {};
  begin_from(draw());
  options_.height = options_.width = 128;
  options_.num_inference_steps = 6;
  options_.start.strength = 0.5;
  EXPECT_EQ(draw(), at_once);
  EXPECT_EQ(at_once.width, 128);
}

TEST_F(ImageToImage, ASecondPassGoesOnWithAPromptThatChanges) {
  options_.hires = {2, 0.5, 6, "lanczos"};
  const auto drawn = [&](const std::string& prompt) {
    options_.prompt = prompt;
    return draw();
  };
  EXPECT_EQ(drawn("[cat:dog:2.0]"), drawn("cat"));
  EXPECT_NE(drawn("[cat:dog:1.0]"), drawn("cat")) << "a dog from the second pass on";
  EXPECT_NE(drawn("[cat:dog:1.0]"), drawn("dog"));
}

TEST_F(ImageToImage, TilesAreUsedWhereAskedFor) {
  options_.hires = {2, 0.25, 0, "latent"};
  options_.vae_tiling = "off";
  const Image at_once = draw();
  options_.vae_tiling = "auto";
  EXPECT_EQ(draw(), at_once) << "small enough";
  options_.vae_tiling = "on";
  EXPECT_NE(draw(), at_once);
}

class HalfPrecision : public ImageToImage {
 protected:
  HalfPrecision() : half_(load_model(model_.folder, LoadOptions{torch::kCPU, torch::kFloat16})) {}

  /// Twenty thousand times the usual signal up to the last norm: beyond 65504 in fp16, harmless in fp32.
  void make_unet_overflow() {
    const torch::NoGradGuard no_grad;
    half_.unet->parameter("conv_in.weight").mul_(20000);
  }

  StableDiffusion half_;
};

TEST_F(HalfPrecision, APictureThatOverflowsIsDrawnAgainInFp32) {
  make_unet_overflow();
  options_.num_images = options_.batch_size = 2;
  std::vector<Image> drawn, expected;
  testing::internal::CaptureStderr();
  generate(half_, options_, [&](int64_t, Image image) { drawn.push_back(std::move(image)); });
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("2 pictures overflowed in half precision: drawing again in fp32"), std::string::npos)
      << log;
  EXPECT_EQ(half_.dtype, torch::kFloat16);
  EXPECT_EQ(half_.unet->parameters().front().scalar_type(), torch::kFloat16);

  // All of it in fp32 but the decoder, which did not overflow.
  const InFp32 guard(half_);
  generate(half_, options_, [&](int64_t, Image image) { expected.push_back(std::move(image)); });
  for (size_t i = 0; i < drawn.size(); ++i) {
    EXPECT_GT(pixels(drawn[i]).to(torch::kFloat32).std().item<double>(), 5.0);
    EXPECT_LE((pixels(drawn[i]) - pixels(expected[i])).abs().max().item<int>(), 3);
  }
}

TEST_F(HalfPrecision, PicturesFromPicturesAreDrawnAgainTheSame) {
  make_unet_overflow();
  begin_from(motley(64, 64));
  mask_with(mask_of(64, 64, {0, 0, 64, 40}));
  testing::internal::CaptureStderr();
  const auto drawn = pixels(draw_by(half_));
  EXPECT_NE(testing::internal::GetCapturedStderr().find("a picture overflowed"), std::string::npos);
  const InFp32 guard(half_);
  EXPECT_LE((drawn - pixels(draw_by(half_))).abs().max().item<int>(), 3);
}

TEST_F(HalfPrecision, WhatIsFineIsLeftInHalf) {
  testing::internal::CaptureStderr();
  const auto drawn = pixels(draw_by(half_));
  EXPECT_EQ(testing::internal::GetCapturedStderr().find("fp32"), std::string::npos);
  EXPECT_LE((drawn - pixels(draw())).abs().to(torch::kFloat32).mean().item<double>(), 3);
}

TEST_F(HalfPrecision, DamageIsStillNamed) {
  const torch::NoGradGuard no_grad;
  half_.unet->parameter("conv_out.bias").fill_(NAN);
  const auto message = error_of<InputError>([&] { draw_by(half_); });
  EXPECT_NE(message.find("unet: 'conv_out.bias'"), std::string::npos) << message;
  EXPECT_EQ(half_.dtype, torch::kFloat16);
}

}  // namespace
}  // namespace big
