#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/personalization/finetune.h"
#include "big/pipeline/stable_diffusion.h"
#include "big/registry/registry.h"
#include "big/training/training_state.h"
#include "checkpoint_folders.h"
#include "quick_finetune.h"
#include "run_settings.h"
#include "support/error_of.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Four updates, stopped in the third.
class Resume : public QuickFinetune {
 protected:
  Resume() {
    options.train.max_train_steps = 4;
    options.train.checkpointing_steps = 1;
  }
  ~Resume() override { set_pending_signal(0); }

  /// Runs with a signal after `updates` updates of the training itself; returns what the error says.
  std::string stop_after(int64_t updates) {
    const auto stop = [&](const Progress& step) {
      if (step.stage == "training" && step.total > 1 && step.done == updates) set_pending_signal(15);
    };
    const auto message = error_of<Interrupted>([&] { finetune(options, {}, stop); });
    set_pending_signal(0);
    return message;
  }
  fs::path checkpoints(const std::string& identifier) const {
    return options.models_dir / checkpoints_folder(options.target, options.user, identifier);
  }
};

TEST_F(Resume, GoesOnToTheSameWeightsAndLeavesNoCheckpoint) {
  options.identifier = "qqq";
  const std::string expected = weights_of(finetune(options).model_path);
  options.identifier.clear();

  EXPECT_NE(stop_after(2).find("checkpoint-2 is kept"), std::string::npos);
  ASSERT_EQ(checkpoints_in(checkpoints("sks")).size(), 1u) << "older ones are deleted";
  EXPECT_NO_THROW(load_model(checkpoints("sks") / "checkpoint-2")) << "a model as it is";
  EXPECT_FALSE(registry().find(TargetModel::kPrivate, "anna", "sks"));

  // Another run meanwhile takes another word.
  EXPECT_NE(finetune(options).identifier, "sks");
  EXPECT_EQ(checkpoints_in(checkpoints("sks")).size(), 1u);

  options.resume = "latest";
  options.seed_given = false;
  options.train.seed = 12345;
  std::vector<int64_t> steps;
  const auto note = [&](const Progress& step) {
    if (step.stage == "training" && step.total > 1) steps.push_back(step.done);
  };
  const FinetuneResult result = finetune(options, {}, note);
  EXPECT_EQ(result.identifier, "sks");
  EXPECT_EQ(result.seed, 7u);
  EXPECT_EQ(steps, (std::vector<int64_t>{3, 4}));
  EXPECT_FALSE(fs::exists(checkpoints("sks")));
  // Its prompts have another word than qqq's: only a run of the same word is comparable.
  const std::string resumed = weights_of(result.model_path);
  options.resume.clear();
  options.train.seed = 7;
  options.identifier = "sks";
  options.overwrite = true;
  EXPECT_EQ(weights_of(finetune(options).model_path), resumed);
  EXPECT_NE(resumed, expected);
}

TEST_F(Resume, RefusesAnotherSettingOrPhotoAndNamesIt) {
  stop_after(1);
  options.resume = "latest";
  auto other = options;
  other.train.learning_rate = 2e-4;
  write_png(options.photos / "photo-1.png", drawn_picture(64, 64, 5));
  const auto message = error_of<UsageError>([&] { finetune(other); });
  EXPECT_NE(message.find("--learning_rate was 0.0001, is 0.0002"), std::string::npos) << message;
  EXPECT_NE(message.find("'photo-1.png' has changed"), std::string::npos) << message;
  EXPECT_EQ(message.find("--seed"), std::string::npos) << message;
  other.identifier = "qqq";
  EXPECT_NE(error_of<UsageError>([&] { finetune(other); }).find("no checkpoint of 'qqq'"), std::string::npos);
  other.resume = (folder() / "photos").string();
  EXPECT_NE(error_of<UsageError>([&] { finetune(other); }).find("neither 'latest' nor a checkpoint"),
            std::string::npos);
}

TEST_F(Resume, OfAMetamodelThatWentOnMeanwhileIsRefused) {
  options.target = TargetModel::kMeta;
  finetune(options);
  stop_after(2);
  auto resumed = options;
  resumed.resume = "latest";
  auto between = options;
  between.train.checkpointing_steps = 0;
  finetune(between);
  EXPECT_NE(error_of<UsageError>([&] { finetune(resumed); }).find("the model to begin with"),
            std::string::npos);
}

TEST_F(Resume, OfAMetamodelGoesOn) {
  options.target = TargetModel::kPrivateMeta;
  finetune(options);
  const auto stopped = stop_after(2);
  options.resume = "latest";
  const FinetuneResult result = finetune(options);
  EXPECT_EQ(registry().visible(TargetModel::kPrivateMeta, "anna").size(), 2u) << stopped;
  EXPECT_FALSE(fs::exists(checkpoints(result.identifier)));
}

TEST_F(Resume, APhotoThatIsNoNumberIsNamedAfterGoingBackOnce) {
  options.train.learning_rate = 1e30;  // the first update ends all
  options.train.max_grad_norm = 0;
  options.train.checkpointing_steps = 0;
  options.train.max_train_steps = 3;
  std::vector<int64_t> steps;
  const auto note = [&](const Progress& step) {
    if (step.stage == "training" && step.total > 1) steps.push_back(step.done);
  };
  const auto message = error_of<MachineError>([&] { finetune(options, {}, note); });
  EXPECT_EQ(steps, (std::vector<int64_t>{1, 1})) << "twice from the beginning";
  EXPECT_NE(message.find("photo-"), std::string::npos) << message;
  EXPECT_NE(message.find("at timestep"), std::string::npos) << message;
  EXPECT_NE(message.find("unet."), std::string::npos) << message;
  EXPECT_NE(message.find("gone back"), std::string::npos) << message;
}

TEST(SettingDifferences, AreSaidInWords) {
  const Json before = {{"flags", {{"seed", 7}, {"optimizer", "lion"}, {"old", 1}}},
                       {"photos", {{"a.png", "1"}, {"b.png", "2"}}},
                       {"start", {{"base", "x"}}}};
  Json now = before;
  EXPECT_TRUE(setting_differences(before, now).empty());
  now["flags"] = {{"seed", 7}, {"optimizer", "sgd"}, {"fresh", true}};
  now["photos"] = {{"b.png", "3"}, {"c.png", "4"}};
  EXPECT_EQ(setting_differences(before, now),
            (std::vector<std::string>{"--fresh was not set, is true", "--optimizer was lion, is sgd",
                                      "--old was 1, is not set", "'b.png' has changed", "'c.png' is new",
                                      "'a.png' is gone"}));
  EXPECT_THROW(check_settings_shape({{"flags", 1}}, "folder"), InputError);
}

TEST(Checkpoints, AreFoundByTheirNumbers) {
  const TempDir dir;
  for (const char* name : {"checkpoint-20", "checkpoint-3", "checkpoint-x", "other"})
    fs::create_directories(dir.path() / name);
  const auto found = checkpoints_in(dir.path());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].filename(), "checkpoint-3");
  EXPECT_EQ(found[1].filename(), "checkpoint-20");
}

}  // namespace
}  // namespace big
