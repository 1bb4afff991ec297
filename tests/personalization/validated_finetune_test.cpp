#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/read_file.h"
#include "big/imaging/read_image.h"
#include "big/pipeline/text_to_image.h"
#include "preview_pictures.h"
#include "quick_finetune.h"
#include "support/error_of.h"

namespace big {
namespace fs = std::filesystem;
namespace {

class ValidatedFinetune : public QuickFinetune {
 protected:
  ValidatedFinetune() {
    options.identifier = "sks";
    options.overwrite = true;
    options.train.max_train_steps = 4;
    options.train.validation_steps = 2;
  }
  ~ValidatedFinetune() override { set_pending_signal(0); }
  static std::string history_of(const fs::path& model) { return read_file(model / "history.jsonl", 1 << 20); }
};

TEST_F(ValidatedFinetune, TeachesTheSameWeightsAsOneThatIsNotMeasured) {
  const FinetuneResult measured = finetune(options);
  const std::string weights = weights_of(measured.model_path);
  ASSERT_TRUE(measured.measured);
  EXPECT_EQ(measured.measured->step, 4);
  EXPECT_TRUE(measured.measured->drift);
  EXPECT_EQ(measured.kept_step, 4);
  EXPECT_TRUE(fs::exists(measured.report));
  options.train.validation_steps = 0;
  const FinetuneResult plain = finetune(options);
  EXPECT_EQ(weights_of(plain.model_path), weights);
  EXPECT_FALSE(plain.measured);
}

TEST_F(ValidatedFinetune, GoesOnWithItsHistoryWhereItWasStopped) {
  options.train.keep = "best";
  options.train.checkpointing_steps = 1;
  const FinetuneResult whole = finetune(options);
  const std::string expected = history_of(whole.model_path), weights = weights_of(whole.model_path);
  const auto stop = [&](const Progress& step) {
    if (step.stage == "training" && step.total > 1 && step.done == 3) set_pending_signal(15);
  };
  EXPECT_THROW(finetune(options, {}, stop), Interrupted);
  set_pending_signal(0);
  options.resume = "latest";
  const FinetuneResult resumed = finetune(options);
  EXPECT_EQ(history_of(resumed.model_path), expected);
  EXPECT_EQ(weights_of(resumed.model_path), weights);
  EXPECT_EQ(resumed.kept_step, whole.kept_step);
  EXPECT_EQ(registry().find(TargetModel::kPrivate, "anna", "sks")->steps, whole.kept_step);
}

TEST_F(ValidatedFinetune, HoldsAPhotoOutAndDoesNotLearnIt) {
  options.validation_photos = 1;
  const FinetuneResult result = finetune(options);
  ASSERT_EQ(result.plan.held_out.size(), 1u);
  const auto& photos = result.measured->photos;
  ASSERT_EQ(photos.size(), 3u);
  EXPECT_TRUE(photos[0].held_out);
  EXPECT_EQ(photos[0].name, result.plan.held_out[0].filename().string());
  const Json record = parse_json(read_file(result.model_path / "run.json", 1 << 20), "run.json");
  EXPECT_EQ(record["held_out"], Json::array({photos[0].name}));
  // The same run on the other photos alone.
  const std::string weights = weights_of(result.model_path);
  fs::remove(result.plan.held_out[0]);
  options.validation_photos = 0;
  EXPECT_EQ(weights_of(finetune(options).model_path), weights);
}

TEST_F(ValidatedFinetune, AFailedRunLeavesItsReportAndADryRunNone) {
  EXPECT_THROW(finetune(options, [](const FinetunePlan&) { throw MachineError("the <lamp> went out"); }), MachineError);
  const fs::path report = models() / "cache" / "logs" / "private" / "anna" / "sks.report.html";
  EXPECT_NE(read_file(report, 4 << 20).find("Failed: the &lt;lamp&gt; went out"), std::string::npos);
  fs::remove(report);
  options.dry_run = true;
  EXPECT_TRUE(finetune(options).report.empty());
  EXPECT_FALSE(fs::exists(report));
}

/// The pictures 7 and 8 of "a sks cat, in the snow".
std::vector<Image> drawn_by(const fs::path& model_folder) {
  StableDiffusion model = load_model(model_folder, {});
  GenerateOptions request;
  request.prompt = "a sks cat, in the snow";
  request.num_images = 2;
  request.num_inference_steps = 2;
  request.guidance_scale = 3;
  request.scheduler = "DPM++ 2M";
  request.height = request.width = 64;
  request.seed = 7;
  std::vector<Image> pictures;
  generate(model, request, [&](int64_t, const Image& picture) { pictures.push_back(picture); });
  return pictures;
}

int largest_difference(const Image& a, const Image& b) {
  EXPECT_EQ(a.pixels.size(), b.pixels.size());
  int largest = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i) largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  return largest;
}

TEST_F(ValidatedFinetune, DrawsOnTheWayWhatGenerateDraws) {
  options.class_image_scheduler = "DPM++ 2M";
  options.class_image_guidance = 3;
  options.validation_prompt = "in the snow";
  options.num_validation_images = 2;
  const FinetuneResult result = finetune(options);
  const auto previews = previews_in(result.model_path / "previews");
  ASSERT_EQ(previews.size(), 3u);
  const auto before = drawn_by(options.project_models / "starter"), after = drawn_by(result.model_path);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read_image(previews.at(0)[i]), before[i]);
    // Kept are the weights in fp16.
    EXPECT_LE(largest_difference(read_image(previews.at(4)[i]), after[i]), 3);
  }
  EXPECT_GT(largest_difference(after[0], before[0]), 3);
  const std::string report = read_file(result.report, 4 << 20);
  EXPECT_NE(report.find("a sks cat, in the snow"), std::string::npos);
  EXPECT_FALSE(fs::exists(models() / "cache" / "logs" / "private" / "anna" / "sks.previews"));
  const std::string weights = weights_of(result.model_path);
  options.validation_prompt.clear();
  const FinetuneResult plain = finetune(options);
  EXPECT_EQ(weights_of(plain.model_path), weights) << "drawing changed the training";
  EXPECT_FALSE(fs::exists(plain.model_path / "previews"));
}

TEST_F(ValidatedFinetune, DrawsAgainOnlyWhatAStoppedRunHadNotDrawn) {
  options.validation_prompt = "a sks cat";
  options.num_validation_images = 1;
  options.train.checkpointing_steps = 1;
  const auto stop = [&](const Progress& step) {
    if (step.stage == "training" && step.total > 1 && step.done == 3) set_pending_signal(15);
  };
  EXPECT_THROW(finetune(options, {}, stop), Interrupted);
  set_pending_signal(0);
  const fs::path kept = models() / "cache" / "logs" / "private" / "anna" / "sks.previews" / "step-2-0.png";
  const auto time = fs::last_write_time(kept);
  options.resume = "latest";
  const auto previews = previews_in(finetune(options).model_path / "previews");
  ASSERT_EQ(previews.size(), 3u);
  EXPECT_EQ(fs::last_write_time(previews.at(2)[0]), time);
}

TEST_F(ValidatedFinetune, APromptNeedsMeasuringToo) {
  options.validation_prompt = "a sks cat";
  options.train.validation_steps = 0;
  EXPECT_NE(error_of<UsageError>([&] { finetune(options); }).find("give --validation_steps"), std::string::npos);
}

TEST_F(ValidatedFinetune, KeepingTheBestNeedsMeasuring) {
  options.train.keep = "best";
  options.train.validation_steps = 0;
  EXPECT_NE(error_of<UsageError>([&] { finetune(options); }).find("give --validation_steps"), std::string::npos);
}

}  // namespace
}  // namespace big
