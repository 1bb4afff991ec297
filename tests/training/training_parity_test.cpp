#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/text.h"
#include "big/training/latent_cache.h"
#include "lr_schedule.h"
#include "training/reference_run.h"

namespace big {
namespace {

using FamilyAndCase = std::tuple<std::string, std::string>;

class TrainingParity : public testing::TestWithParam<FamilyAndCase> {};

TEST_P(TrainingParity, EveryStepEqualsTheReference) {
  const auto& [family, name] = GetParam();
  const ReferenceRun reference(family, name);
  const auto found = differences(repeat(family, reference), reference);
  EXPECT_TRUE(found.empty()) << found.size() << " differences:\n" << join(found, "\n").substr(0, 2000);
}

INSTANTIATE_TEST_SUITE_P(AllFamilies,
                         TrainingParity,
                         testing::Combine(testing::Values("sd1", "sd2", "starter", "sdxl"),
                                          testing::Values("b1_a2_unet_text",
                                                          "b2_a2_unet_text",
                                                          "b1_a1_unet",
                                                          "b2_a1_unet",
                                                          "b2_a1_unet_text_fp32")),
                         [](const auto& test) {
                           return std::get<0>(test.param) + "_" + std::get<1>(test.param);
                         });

INSTANTIATE_TEST_SUITE_P(AllFamiliesAndOptimizers,
                         TrainingParity,
                         testing::Combine(testing::Values("sd1", "sd2", "starter", "sdxl"),
                                          testing::Values("optimizer_lion",
                                                          "optimizer_sgd",
                                                          "optimizer_adafactor",
                                                          "optimizer_prodigy")),
                         [](const auto& test) {
                           return std::get<0>(test.param) + "_" + std::get<1>(test.param);
                         });

INSTANTIATE_TEST_SUITE_P(AllFamiliesAndLosses,
                         TrainingParity,
                         testing::Combine(testing::Values("sd1", "sd2", "starter", "sdxl"),
                                          testing::Values("loss_snr_b1",
                                                          "loss_snr_b4",
                                                          "loss_snr_masked_text_a2",
                                                          "loss_snr_no_prior",
                                                          "loss_debiased_masked",
                                                          "loss_huber_offset",
                                                          "loss_smooth_l1_snr",
                                                          "ema")),
                         [](const auto& test) {
                           return std::get<0>(test.param) + "_" + std::get<1>(test.param);
                         });

/// Our run of a case of sd1 against the reference's with one mistake planted in each.
void expect_faults_found(const std::map<std::string, std::vector<std::string>>& faults) {
  for (const auto& [name, planted] : faults) {
    const auto ours = repeat("sd1", ReferenceRun("sd1", name));
    for (const auto& fault : planted) {
      const ReferenceRun faulty("sd1", concat("fault_", name, '_', fault));
      EXPECT_FALSE(differences(ours, faulty).empty()) << name << ' ' << fault;
    }
  }
}

TEST(TrainingComparison, RejectsEveryFaultOfALoss) {
  expect_faults_found({{"loss_snr_b4", {"prior_too", "other_gamma"}},
                       {"loss_snr_masked_text_a2", {"no_floor", "no_mask"}},
                       {"loss_debiased_masked", {"not_debiased"}},
                       {"loss_huber_offset", {"no_offset", "other_c"}},
                       {"ema", {"no_average", "slower"}}});
}

TEST(TrainingComparison, RejectsEveryFaultOfAnOptimizer) {
  expect_faults_found({{"optimizer_lion", {"one_beta", "no_decay"}},
                       {"optimizer_sgd", {"no_momentum", "damped"}},
                       {"optimizer_adafactor", {"no_clipping", "slower"}},
                       {"optimizer_prodigy", {"no_correction", "no_safeguard"}}});
}

TEST(TrainingComparison, RejectsEveryFaultPlantedInTheReference) {
  const ReferenceRun sound("sd1", "fault_none");
  const auto ours = repeat("sd1", sound);
  ASSERT_TRUE(differences(ours, sound).empty());
  for (const char* fault :
       {"prior_weight", "no_clipping", "no_weight_decay", "schedule_off_by_one", "undivided_accumulation"})
    EXPECT_FALSE(differences(ours, ReferenceRun("sd1", std::string("fault_") + fault)).empty()) << fault;
}

TEST(TrainingComparison, RejectsClassPicturesWithTheInstancesSizes) {
  const ReferenceRun sound("sdxl", "fault_none");
  const auto ours = repeat("sdxl", sound);
  ASSERT_TRUE(differences(ours, sound).empty());
  EXPECT_FALSE(differences(ours, ReferenceRun("sdxl", "fault_sizes_of_instance")).empty());
}

TEST(LrSchedule, EqualsGetScheduler) {
  const SafetensorsFile file(reference_folder("sd1") / "training_schedules.safetensors");
  ASSERT_EQ(file.entries().size(), 10u);
  for (const std::string name : {"constant", "linear", "cosine", "cosine_with_restarts", "polynomial"})
    for (const int64_t warmup : {0, 5}) {
      const auto expected = file.tensor(concat(name, ".", warmup));
      for (int64_t step = 0; step < 20; ++step)
        EXPECT_NEAR(lr_factor({name, warmup, 20, 3, 1.5, 1e-5}, step), expected[step].item<double>(), 1e-12)
            << name << " with " << warmup << " steps of warm-up, step " << step;
    }
}

TEST(MakeExamples, GivesTheLatentsOfDiffusers) {
  for (const std::string family : {"sd1", "sd2", "starter", "sdxl"}) {
    const SafetensorsFile file(reference_folder(family) / "training_encode.safetensors");
    const auto pixels = file.tensor("photo").contiguous();  // [H,W,3]
    Image photo(static_cast<int>(pixels.size(1)), static_cast<int>(pixels.size(0)));
    std::copy_n(pixels.data_ptr<uint8_t>(), photo.pixels.size(), photo.pixels.data());

    auto model = load_model(reference_folder(family) / "model");
    TrainOptions options;
    options.resolution = photo.height;
    const auto example = make_examples(model, {photo}, "dog", options).at(0);
    EXPECT_TRUE(torch::allclose(example.latent_mean, file.tensor("mean"), 1e-4, 1e-5)) << family;
    EXPECT_TRUE(torch::allclose(example.latent_std, file.tensor("std"), 1e-4, 1e-5)) << family;
  }
}

}  // namespace
}  // namespace big
