#include "big/training/latent_cache.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/imaging/resize.h"
#include "big/pipeline/image_tensor.h"
#include "training/tiny_model.h"

namespace big {
namespace {

Image stripes(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) image.at(x, y)[x % 3] = static_cast<uint8_t>(40 * (x % 7));
  return image;
}

TrainOptions options_for(int64_t resolution) {
  TrainOptions options;
  options.resolution = resolution;
  return options;
}

TEST(MakeExamples, EncodesTheMiddleOfEachPicture) {
  auto model = tiny_model();
  const Image photo = stripes(24, 16);
  const auto examples = make_examples(model, {photo, photo}, "sks dog", options_for(16));
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_EQ(examples[1].prompt, "sks dog");
  torch::NoGradGuard no_grad;
  const auto expected = model.vae->encode(to_tensor(crop(photo, 4, 0, 16, 16)));
  EXPECT_TRUE(torch::equal(examples[0].latent_mean, expected.mean[0]));
  EXPECT_TRUE(torch::equal(examples[0].latent_std, expected.std[0]));
  EXPECT_TRUE(examples[0].image.pixels.empty());
}

TEST(MakeExamples, ResizesTheShortSide) {
  auto model = tiny_model();
  const auto examples = make_examples(model, {stripes(60, 40)}, "sks dog", options_for(16));
  EXPECT_EQ(examples[0].latent_mean.sizes(), (std::vector<int64_t>{4, 8, 8}));
}

TEST(MakeExamples, RemembersEachPicturesOwnSizeAndCrop) {
  auto model = tiny_model();
  const auto examples = make_examples(model, {stripes(60, 40), SourcePicture(stripes(16, 24), 1600, 2400)},
                                      "dog", options_for(16));
  EXPECT_EQ(examples[0].sizes.original_height, 40);
  EXPECT_EQ(examples[0].sizes.original_width, 60);
  EXPECT_EQ(examples[0].sizes.crop_top, 0);
  EXPECT_EQ(examples[0].sizes.crop_left, 4);  // of 24 x 16
  EXPECT_EQ(examples[1].sizes.original_height, 2400);
  EXPECT_EQ(examples[1].sizes.original_width, 1600);
  EXPECT_EQ(examples[1].sizes.crop_top, 4);
  EXPECT_EQ(examples[1].sizes.crop_left, 0);
  EXPECT_EQ(examples[1].sizes.target_height, 16);
  EXPECT_EQ(examples[1].sizes.target_width, 16);
}

TEST(MakeExamples, KeepsThePictureForRandomCrops) {
  auto model = tiny_model();
  auto options = options_for(16);
  options.center_crop = false;
  const auto examples = make_examples(model, {stripes(24, 16)}, "sks dog", options);
  EXPECT_EQ(examples[0].image, stripes(24, 16));
  EXPECT_FALSE(examples[0].latent_mean.defined());
}

TEST(MakeExamples, EncodesTheMirrorImageWhereItMayBeShown) {
  auto model = tiny_model();
  const Image photo = stripes(16, 16);
  auto options = options_for(16);
  EXPECT_FALSE(make_examples(model, {photo}, "dog", options)[0].mirrored_mean.defined());
  options.random_flip = true;
  const auto example = make_examples(model, {photo}, "dog", options).at(0);
  torch::NoGradGuard no_grad;
  EXPECT_TRUE(example.may_flip);
  EXPECT_TRUE(torch::equal(example.mirrored_mean, model.vae->encode(to_tensor(mirror(photo))).mean[0]));
}

TEST(MakeExamples, KeepsTheMiddleOfThePictureWhereItsColoursChange) {
  auto model = tiny_model();
  auto options = options_for(16);
  options.color_jitter = 0.1;
  const auto example = make_examples(model, {stripes(24, 16)}, "sks dog", options).at(0);
  EXPECT_EQ(example.image, crop(stripes(24, 16), 4, 0, 16, 16));
  EXPECT_EQ(example.color_jitter, 0.1);
  EXPECT_EQ(example.sizes.crop_left, 4);
  EXPECT_FALSE(example.latent_mean.defined());
}

TEST(MakeExamples, CutsTheMaskWithThePhoto) {
  auto model = tiny_model();
  SourcePicture photo(stripes(48, 32));
  photo.mask = Image(48, 32);
  for (int y = 0; y < 32; ++y) std::fill_n(photo.mask.at(8, y), 3 * 16, uint8_t{255});  // columns 8 to 23
  auto options = options_for(16);
  EXPECT_FALSE(make_examples(model, {photo}, "dog", options)[0].latent_mask.defined());
  options.masked_loss = true;
  const auto mask = make_examples(model, {photo}, "dog", options)[0].latent_mask;
  ASSERT_EQ(mask.sizes(), (std::vector<int64_t>{1, 8, 8}));
  // Halved to columns 4 to 11, of which 4 to 19 are shown.
  EXPECT_GT(mask[0][4][1].item<float>(), 0.99);
  EXPECT_LT(mask[0][4][6].item<float>(), 0.01);
}

TEST(MakeExamples, ReportsEachPicture) {
  auto model = tiny_model();
  std::vector<int64_t> done;
  make_examples(model, {stripes(16, 16), stripes(16, 16)}, "dog", options_for(16),
                [&](const Progress& step) { done.push_back(step.done); });
  EXPECT_EQ(done, (std::vector<int64_t>{1, 2}));
}

TEST(MakeExamples, RefusesAResolutionThatTheVaeCannotDivide) {
  auto model = tiny_model();
  try {
    make_examples(model, {stripes(16, 16)}, "dog", options_for(15));
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_STREQ(error.what(), "resolution is 15, expected a multiple of the VAE's factor 2: take 14 or 16");
  }
}

TEST(MakeExamples, StopsWhenASignalArrives) {
  auto model = tiny_model();
  set_pending_signal(15);
  EXPECT_THROW(make_examples(model, {stripes(16, 16)}, "dog", options_for(16)), Interrupted);
  set_pending_signal(0);
}

}  // namespace
}  // namespace big
