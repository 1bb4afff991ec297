#include "batches.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "big/core/error.h"
#include "encode_picture.h"
#include "photo_order.h"
#include "step_draws.h"
#include "training/tiny_model.h"

namespace big {
namespace {

TrainOptions options_of(int64_t batch, double prior_weight) {
  TrainOptions options;
  options.train_batch_size = batch;
  options.prior_loss_weight = prior_weight;
  options.seed = 17;
  return options;
}

TEST(Batches, HoldTheInstanceHalfThenThePriorHalf) {
  auto model = tiny_model();
  const TrainingData data{tiny_examples(3, "sks dog", 1), tiny_examples(2, "dog", 2), {}};
  const auto options = options_of(2, 1);
  const auto batch = Batches(model, data, options, torch::kFloat32).read(4);
  EXPECT_EQ(batch.prompts, (std::vector<std::string>{"sks dog", "sks dog", "dog", "dog"}));
  EXPECT_EQ(batch.latent_mean.sizes(), (std::vector<int64_t>{4, 4, 8, 8}));
  // Pass 4 of two rows each: instance rows 8 and 9 in shuffled order, prior rows in turn.
  EXPECT_TRUE(torch::equal(batch.latent_mean[1], data.instance[photo_at(17, 9, 3)].latent_mean));
  EXPECT_TRUE(torch::equal(batch.latent_mean[2], data.prior[0].latent_mean));
  EXPECT_TRUE(torch::equal(batch.latent_mean[3], data.prior[1].latent_mean));
}

TEST(Batches, AskTheDataWhichPriorPictureStandsWhere) {
  auto model = tiny_model();
  TrainingData data{tiny_examples(1, "sks dog", 1), tiny_examples(3, "dog", 2), {}};
  std::vector<int64_t> asked;
  data.prior_row = [&](int64_t n) {
    asked.push_back(n);
    return size_t{2};
  };
  const auto options = options_of(2, 1);
  const auto batch = Batches(model, data, options, torch::kFloat32).read(3);
  EXPECT_EQ(asked, (std::vector<int64_t>{6, 7}));
  EXPECT_TRUE(torch::equal(batch.latent_mean[3], data.prior[2].latent_mean));
}

TEST(Batches, WithoutPriorHoldInstanceRowsAlone) {
  auto model = tiny_model();
  const TrainingData data{tiny_examples(3, "sks dog", 1), {}, {}};
  const auto options = options_of(2, 0);
  EXPECT_EQ(Batches(model, data, options, torch::kFloat32).read(0).prompts.size(), 2u);
}

TEST(Batches, SayWhatIsMissing) {
  auto model = tiny_model();
  const auto options = options_of(1, 1);
  const TrainingData nothing, no_prior{tiny_examples(1, "sks dog", 1), {}, {}};
  EXPECT_THROW(Batches(model, nothing, options, torch::kFloat32), UsageError);
  try {
    Batches(model, no_prior, options, torch::kFloat32);
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("num_class_images"), std::string::npos) << error.what();
  }
}

TEST(Batches, CutWholePicturesAtRandomPlacesAnewForEachPass) {
  auto model = tiny_model();
  Example example;
  example.image = Image(40, 16);
  for (size_t i = 0; i < example.image.pixels.size(); ++i)
    example.image.pixels[i] = static_cast<uint8_t>(i * i % 251);
  TrainingData data;
  data.instance = {example};
  auto options = options_of(1, 0);
  options.resolution = 16;
  Batches batches(model, data, options, torch::kFloat64);
  const auto first = batches.read(0).latent_mean;
  EXPECT_EQ(first.sizes(), (std::vector<int64_t>{1, 4, 8, 8}));
  EXPECT_EQ(first.scalar_type(), torch::kFloat64);
  EXPECT_TRUE(torch::equal(first, batches.read(0).latent_mean));
  int64_t different = 0;
  for (int64_t pass = 1; pass < 6; ++pass) different += !torch::equal(first, batches.read(pass).latent_mean);
  EXPECT_GE(different, 4);
}

/// How often an example is shown mirrored in 40 passes, by its own latents and mask.
int64_t times_mirrored(const Example& example, TrainOptions options) {
  auto model = tiny_model();
  TrainingData data;
  data.instance = {example};
  options.masked_loss = true;
  Batches batches(model, data, options, torch::kFloat32);
  int64_t mirrored = 0;
  for (int64_t pass = 0; pass < 40; ++pass) {
    const auto batch = batches.read(pass);
    const bool flipped = torch::equal(batch.mask[0], example.latent_mask.flip(-1));
    EXPECT_TRUE(flipped || torch::equal(batch.mask[0], example.latent_mask));
    EXPECT_TRUE(torch::equal(batch.latent_mean[0], flipped ? example.mirrored_mean : example.latent_mean));
    mirrored += flipped;
  }
  return mirrored;
}

TEST(Batches, MirrorPhotosAndTheirMasksEveryOtherTime) {
  auto example = tiny_examples(1, "sks dog", 1).at(0);
  example.latent_mask = torch::linspace(0, 1, 64).view({1, 8, 8});
  const auto options = options_of(1, 0);
  EXPECT_EQ(times_mirrored(example, options), 0);
  example.may_flip = true;
  example.mirrored_mean = example.latent_mean * -1;
  example.mirrored_std = example.latent_std;
  const int64_t mirrored = times_mirrored(example, options);
  EXPECT_GT(mirrored, 10);
  EXPECT_LT(mirrored, 30);
}

TEST(Batches, CoverTheMasksCellsByTheMeanOfTheirPixels) {
  auto model = tiny_model();
  Example example;
  example.image = Image(16, 16, 90);
  example.mask_image = Image(16, 16);
  std::fill_n(example.mask_image.at(0, 0), 3, uint8_t{255});  // one of the four pixels of the first cell
  TrainingData data;
  data.instance = {example};
  auto options = options_of(1, 0);
  options.resolution = 16;
  options.masked_loss = true;
  const auto mask = Batches(model, data, options, torch::kFloat32).read(0).mask;
  EXPECT_EQ(mask.sizes(), (std::vector<int64_t>{1, 1, 8, 8}));
  EXPECT_FLOAT_EQ(mask[0][0][0][0].item<float>(), 0.25);
  EXPECT_FLOAT_EQ(mask.sum().item<float>(), 0.25);
}

TEST(Batches, TellSdxlEachRowsOwnSizes) {
  auto model = tiny_sdxl();
  TrainingData data{tiny_examples(1, "sks dog", 1), tiny_examples(1, "dog", 2), {}};
  data.instance[0].sizes = {480, 640, 0, 80, 512, 512};
  data.prior[0].sizes = {512, 512, 0, 0, 512, 512};
  const auto options = options_of(1, 1);
  const auto expected =
      torch::tensor({{480.F, 640.F, 0.F, 80.F, 512.F, 512.F}, {512.F, 512.F, 0.F, 0.F, 512.F, 512.F}});
  EXPECT_TRUE(torch::equal(Batches(model, data, options, torch::kFloat32).read(0).time_ids, expected));
  auto plain = tiny_model();
  EXPECT_FALSE(Batches(plain, data, options, torch::kFloat32).read(0).time_ids.defined());
}

TEST(Batches, ShowAPhotoInOtherColoursAtEachStep) {
  auto model = tiny_model();
  Example example;
  example.image = Image(16, 16, 90);
  example.color_jitter = 0.3;
  TrainingData data;
  data.instance = {example};
  auto options = options_of(1, 0);
  options.resolution = 16;
  Batches batches(model, data, options, torch::kFloat32), again(model, data, options, torch::kFloat32);
  std::set<int> greys;
  for (int64_t pass = 0; pass < 20; ++pass) {
    const auto change = draw_color_change(options.seed, pass, 0, 0.3);
    for (const double factor : {change.brightness, change.contrast, change.saturation}) {
      EXPECT_GE(factor, 0.7);
      EXPECT_LE(factor, 1.3);
    }
    const auto shown = change_colors(example.image, change);
    const auto latents = batches.read(pass).latent_mean;
    EXPECT_TRUE(torch::equal(latents[0], encode_picture(model, shown).mean)) << pass;
    EXPECT_TRUE(torch::equal(latents, again.read(pass).latent_mean)) << pass;
    greys.insert(shown.pixels[0]);
  }
  EXPECT_GT(greys.size(), 10u);
}

TEST(Batches, ShowAPhotoAsOftenAsItSays) {
  auto model = tiny_model();
  TrainingData data = quick_data();
  data.instance[1].repeats = 3;
  Batches batches(model, data, options_of(1, 0), torch::kFloat32);
  for (int64_t round = 0; round < 4; ++round) {
    std::vector<int> shown(3);
    for (int64_t pass = 5 * round; pass < 5 * (round + 1); ++pass) {
      const auto latents = batches.read(pass).latent_mean[0];
      for (size_t i = 0; i < 3; ++i) shown[i] += torch::equal(latents, data.instance[i].latent_mean);
    }
    EXPECT_EQ(shown, (std::vector<int>{1, 3, 1}));
  }
}

TEST(Batches, TellSdxlWhereARandomCropBegins) {
  auto model = tiny_sdxl();
  Example example;
  example.image = Image(40, 16, 90);
  example.sizes = {160, 400, 0, 0, 16, 16};
  TrainingData data;
  data.instance = {example};
  auto options = options_of(1, 0);
  options.resolution = 16;
  Batches batches(model, data, options, torch::kFloat32);
  std::set<float> places;
  for (int64_t pass = 0; pass < 6; ++pass) {
    const auto corner = draw_crop(options.seed, pass, 0, example.image, 16);
    const auto ids = batches.read(pass).time_ids;
    EXPECT_EQ(ids[0][0].item<float>(), 160);
    EXPECT_EQ(ids[0][2].item<float>(), 0);
    EXPECT_EQ(ids[0][3].item<float>(), static_cast<float>(corner.x));
    places.insert(ids[0][3].item<float>());
  }
  EXPECT_GT(places.size(), 1u);
}

}  // namespace
}  // namespace big
