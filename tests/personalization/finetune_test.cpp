#include "big/personalization/finetune.h"

#include <gtest/gtest.h>

#include <csignal>
#include <set>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/json.h"
#include "big/core/read_file.h"
#include "big/personalization/models_dir.h"
#include "big/personalization/remove.h"
#include "big/pipeline/stable_diffusion.h"
#include "layout.h"
#include "quick_finetune.h"
#include "support/error_of.h"

namespace big {
namespace fs = std::filesystem;
namespace {

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

using Finetune = QuickFinetune;

TEST_F(Finetune, TeachesAPrivateModelAndRegistersIt) {
  FinetunePlan announced;
  std::set<std::string> stages;
  const FinetuneResult result = finetune(
      options, [&](const FinetunePlan& plan) { announced = plan; },
      [&](const Progress& step) { stages.insert(step.stage); });

  EXPECT_EQ(result.identifier, "sks");
  EXPECT_EQ(result.model_path, models() / "users" / "anna" / "sks");
  EXPECT_EQ(result.steps, 2);
  EXPECT_GT(result.final_loss, 0);
  EXPECT_EQ(result.plan.class_images_to_draw, 2);
  EXPECT_EQ(announced.identifier, "sks");
  EXPECT_EQ(announced.photos.size(), 3u);
  EXPECT_GT(announced.predicted_seconds, 0);
  EXPECT_GE(stages.size(), 2u);

  EXPECT_NO_THROW(load_model(result.model_path));
  EXPECT_NE(weights_of(result.model_path), weights_of(starter()));
  EXPECT_FALSE(fs::exists(result.model_path / ".unregistered"));
  const auto subject = registry().find(TargetModel::kPrivate, "anna", "sks");
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->model_path, "users/anna/sks");
  EXPECT_EQ(subject->base_hash, weights_of(starter()));
  EXPECT_EQ(subject->photos, 3);
  EXPECT_EQ(names_in(models() / "users" / "anna"), std::set<std::string>{"sks"});
  for (const auto& lock : names_in(models() / "locks"))
    EXPECT_EQ(lock.find("writer-"), std::string::npos) << lock;

  const FinetuneResult second = finetune(options);
  EXPECT_NE(second.identifier, "sks");
  EXPECT_EQ(second.plan.class_images_reused, 2);
  EXPECT_EQ(second.plan.class_images_to_draw, 0);
}

TEST_F(Finetune, ARunIsToldBesideItsModel) {
  options.command = "finetune --category=cat";
  options.program_version = "1.2.3";
  const FinetuneResult result = finetune(options);
  const Json record = parse_json(read_file(result.model_path / "run.json", 1 << 20), "run.json");
  EXPECT_EQ(record["command"], "finetune --category=cat --identifier=sks --overwrite");
  EXPECT_EQ(record["versions"]["big"], "1.2.3");
  EXPECT_EQ(record["base"]["hash"], result.base_hash);
  EXPECT_EQ(record["settings"]["flags"]["seed"], 7);
  EXPECT_EQ(record["settings"]["photos"]["photo-1.png"], sha256_of_files({options.photos / "photo-1.png"}));
  EXPECT_EQ(record["photo_findings"].size(), result.plan.findings.size());
  EXPECT_EQ(record["steps"], 2);
  ASSERT_EQ(record["losses"].size(), 2u);
  EXPECT_EQ(record["final_loss"], result.final_loss);
  EXPECT_GT(record["seconds"]["all"], record["seconds"]["training"]);

  const std::string log = read_file(result.model_path / "train.log", 1 << 20);
  for (const std::string line : {"Z warning: photo-0.png", "Z command: finetune --category=cat --identifier=sks --overwrite\n", ": 1 of 2, loss ",
                                 ": 2 of 2, loss ", "Z finished: "}) {
    EXPECT_NE(log.find(line), std::string::npos) << line << '\n' << log;
  }
  EXPECT_FALSE(fs::exists(models() / "cache" / "logs" / "private" / "anna" / "sks.log"));
}

TEST_F(Finetune, AFailedRunLeavesItsLogAndAWrongWishNone) {
  options.category = "../cat";
  EXPECT_THROW(finetune(options), UsageError);
  EXPECT_FALSE(fs::exists(models() / "cache" / "logs"));

  options.category = "cat";
  EXPECT_THROW(finetune(options, [](const FinetunePlan&) { throw MachineError("the lamp went out"); }), MachineError);
  std::vector<fs::path> logs;
  for (const auto& entry : fs::recursive_directory_iterator(models() / "cache" / "logs"))
    if (entry.path().extension() == ".log") logs.push_back(entry.path());
  ASSERT_EQ(logs.size(), 1u);
  const std::string log = read_file(logs[0], 1 << 20);
  EXPECT_NE(log.find("photo-0.png"), std::string::npos) << log;
  EXPECT_NE(log.find("Z error: the lamp went out\n"), std::string::npos) << log;
}

TEST_F(Finetune, OverwriteSwapsTheModelInAndTheSameSeedGivesTheSameWeights) {
  options.identifier = "sks";
  const FinetuneResult first = finetune(options);
  const std::string weights = weights_of(first.model_path);
  EXPECT_THROW(finetune(options), UsageError) << "taken";

  options.overwrite = true;
  const FinetuneResult again = finetune(options);
  EXPECT_NE(again.model_path, first.model_path);
  EXPECT_EQ(weights_of(again.model_path), weights);
  EXPECT_FALSE(fs::exists(first.model_path));
  EXPECT_EQ(registry().subjects.size(), 1u);

  options.train.seed = 8;
  EXPECT_NE(weights_of(finetune(options).model_path), weights);
}

TEST_F(Finetune, ADryRunLeavesNothingButCaches) {
  options.dry_run = true;
  const FinetuneResult result = finetune(options);
  EXPECT_TRUE(result.dry_run);
  EXPECT_EQ(result.identifier, "sks");
  EXPECT_EQ(result.plan.class_images_to_draw, 2);
  EXPECT_GT(result.plan.predicted_memory_bytes, 100u << 20);
  EXPECT_FALSE(result.plan.findings.empty()) << "three drawings of one thing before one background";
  EXPECT_TRUE(fs::exists(result.plan.contact_sheet));
  EXPECT_FALSE(fs::exists(models() / "registry.json"));
  EXPECT_FALSE(fs::exists(models() / "users"));
}

TEST_F(Finetune, AMetamodelGoesOnFromVersionToVersion) {
  options.target = TargetModel::kMeta;
  const FinetuneResult first = finetune(options);
  const FinetuneResult second = finetune(options);
  const fs::path meta = models() / "metamodel";
  EXPECT_NE(weights_of(first.model_path), weights_of(second.model_path));
  EXPECT_EQ(names_in(meta / "versions"), (std::set<std::string>{"1", "2"}));
  EXPECT_EQ(names_in(meta / "photos"), (std::set<std::string>{first.identifier, second.identifier}));
  EXPECT_EQ(names_in(meta / "photos" / "sks"), (std::set<std::string>{"0000.png", "0001.png", "0002.png"}));
  EXPECT_EQ(registry().metamodels.at("meta").version, "2");
  for (const auto& subject : registry().subjects) EXPECT_EQ(subject.model_path, "metamodel/versions/2");

  // A third one: of another category, by another user.
  options.category = "dog";
  options.user = "bert";
  const FinetuneResult third = finetune(options);
  EXPECT_EQ(third.plan.class_images_reused, 2) << "of the cat";
  EXPECT_EQ(third.plan.class_images_to_draw, 2) << "of the dog";
  EXPECT_EQ(names_in(meta / "versions"), (std::set<std::string>{"1", "2", "3"}));

  // Removed: its photos are gone, its word is not given again.
  remove_subject(models(), TargetModel::kMeta, "anna", "sks");
  EXPECT_FALSE(fs::exists(meta / "photos" / "sks"));
  EXPECT_FALSE(registry().find(TargetModel::kMeta, "anna", "sks"));
  options.identifier = "sks";
  EXPECT_THROW(finetune(options), UsageError);

  reset_metamodel(models(), TargetModel::kMeta, "anna");
  EXPECT_TRUE(names_in(meta / "versions").empty());
  EXPECT_TRUE(names_in(meta / "photos").empty());
  EXPECT_TRUE(registry().subjects.empty());
  options.dry_run = true;
  EXPECT_EQ(finetune(options).identifier, "sks") << "free again";
}

TEST_F(Finetune, AMetamodelStaysOnItsBase) {
  options.target = TargetModel::kPrivateMeta;
  const FinetuneResult first = finetune(options);
  EXPECT_EQ(first.model_path, models() / "users" / "anna" / "private_meta" / "versions" / "1");
  // Our own model of it as another base: other weights.
  fs::copy(first.model_path, models() / "mine", fs::copy_options::recursive);
  options.pretrained_model = "mine";
  const auto error = error_of<InputError>([&] { finetune(options); });
  EXPECT_NE(error.find("'starter'"), std::string::npos) << error;
  EXPECT_NE(error.find("'mine'"), std::string::npos) << error;
  EXPECT_EQ(names_in(models() / "users" / "anna" / "private_meta" / "versions"), std::set<std::string>{"1"});
}

TEST_F(Finetune, AnInterruptedRunSaysThatNothingWasLost) {
  const auto error = error_of<Interrupted>([&] {
    finetune(options, {}, [](const Progress& step) {
      if (step.loss) set_pending_signal(SIGINT);
    });
  });
  set_pending_signal(0);
  EXPECT_NE(error.find("class pictures"), std::string::npos) << error;
  EXPECT_TRUE(names_in(models() / "users" / "anna").empty());
  EXPECT_FALSE(fs::exists(models() / "registry.json"));
  EXPECT_EQ(finetune(options).plan.class_images_reused, 2) << "what was drawn is kept";
}

TEST_F(Finetune, MistakesAreSaidBeforeAnythingIsWritten) {
  const auto with = [&](auto change) {
    FinetuneOptions changed = options;
    change(changed);
    return changed;
  };
  EXPECT_THROW(finetune(with([](auto& o) { o.category = "../cat"; })), UsageError);
  EXPECT_THROW(finetune(with([](auto& o) { o.user = "../anna"; })), UsageError);
  EXPECT_THROW(finetune(with([](auto& o) { o.identifier = "a/b"; })), UsageError);
  EXPECT_THROW(finetune(with([](auto& o) { o.overwrite = true; })), UsageError);
  EXPECT_THROW(finetune(with([](auto& o) { o.target = TargetModel::kPretrained; })), UsageError);
  EXPECT_THROW(finetune(with([](auto& o) { o.num_class_images = 0; })), UsageError);
  EXPECT_THROW(finetune(with([](auto& o) { o.train.max_train_steps = 0; })), UsageError);
  EXPECT_THROW(finetune(with([](auto& o) { o.pretrained_model = "missing"; })), InputError);
  EXPECT_THROW(finetune(with([&](auto& o) { o.photos = models() / "missing"; })), InputError);
  const auto error = error_of<UsageError>([&] { finetune(with([](auto& o) { o.train.resolution = 62; })); });
  EXPECT_NE(error.find("60 and 64"), std::string::npos) << error;
  EXPECT_FALSE(fs::exists(models() / "users"));
  EXPECT_FALSE(fs::exists(models() / "registry.json"));
}

TEST_F(Finetune, WhatTheMachineCannotHoldIsRefusedAfterThePlan) {
  options.train.train_batch_size = 1'000'000;
  bool announced = false;
  EXPECT_THROW(finetune(options, [&](const FinetunePlan&) { announced = true; }), MachineError);
  EXPECT_TRUE(announced);
  EXPECT_FALSE(fs::exists(models() / "users"));
}

TEST(RemoveSubject, NamesWhatThereIs) {
  const TempDir dir;
  update_registry(dir.path(), [](Registry& registry) {
    registry.subjects.push_back(make_subject(TargetModel::kPrivate, "sks", "users/anna/sks"));
  });
  const auto error =
      error_of<UsageError>([&] { remove_subject(dir.path(), TargetModel::kPrivate, "anna", "brc"); });
  EXPECT_NE(error.find("sks (cat)"), std::string::npos) << error;
}

TEST(RemoveSubject, DeletesAPrivateModelAndFreesItsWord) {
  const TempDir dir;
  make_model_folder(dir.path() / "users" / "anna" / "sks");
  update_registry(dir.path(), [](Registry& registry) {
    registry.subjects.push_back(make_subject(TargetModel::kPrivate, "sks", "users/anna/sks"));
  });
  remove_subject(dir.path(), TargetModel::kPrivate, "anna", "sks");
  EXPECT_FALSE(fs::exists(dir.path() / "users" / "anna" / "sks"));
  EXPECT_TRUE(read_registry(dir.path()).subjects.empty());
  EXPECT_NO_THROW(reserve_identifier(dir.path(), TargetModel::kPrivate, "anna", {"sks"}));
}

TEST(ResetMetamodel, IsForMetamodelsThatWereTaught) {
  const TempDir dir;
  EXPECT_THROW(reset_metamodel(dir.path(), TargetModel::kPrivate, "anna"), UsageError);
  EXPECT_THROW(reset_metamodel(dir.path(), TargetModel::kMeta, "anna"), UsageError);
}

}  // namespace
}  // namespace big
