#include "big/personalization/users.h"

#include <gtest/gtest.h>

#include <map>

#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/file_lock.h"
#include "big/core/json.h"
#include "big/core/read_file.h"
#include "big/personalization/rollback.h"
#include "big/registry/version_note.h"
#include "claim.h"
#include "layout.h"
#include "models_folder.h"
#include "support/child_process.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// anna's and bob's things in one models folder, made by hand: each a private model, a private metamodel, a subject of
/// meta with kept photos and the report of its run, and what a failed run left.
class Users : public testing::Test {
 protected:
  Users() {
    for (const char* user : {"anna", "bob"}) add_user(user);
    teach_meta("aaa", "anna", "1");
    teach_meta("bbb", "bob", "2");
    fail_on_meta("fff", "anna");
    fail_on_meta("ggg", "bob");
    write_text(models() / "cache/contact_sheets/dog-1234.jpg", "photos of anna");
    write_text(models() / "metamodel/check.html", "anna's photos");
    write_text(models() / "locks/identifier-private+anna-sks.lock", "");
    write_text(models() / "locks/identifier-private+anna-b-sks.lock", "");
  }
  Subject row(TargetModel target, const std::string& word, const std::string& user, const std::string& path) const {
    Subject subject = make_subject(target, word, path);
    subject.user = user;
    return subject;
  }
  void add_user(const std::string& user) {
    const fs::path home = models() / "users" / user;
    for (const char* model : {"sks", "private_meta/versions/1"}) {
      make_model_folder(home / model);
      write_text(home / model / "unet/weights.safetensors", "weights of " + user);
      write_text(home / model / "run.json", user);
    }
    write_text(home / "private_meta/photos/ppp/0000.png", "photo of " + user);
    write_text(models() / "cache/logs/private" / user / "zzz.log", "log of " + user);
    write_text(models() / "cache/checkpoints/private_meta" / user / "zzz/checkpoint-1/weights", user);
    Subject own = row(TargetModel::kPrivateMeta, "ppp", user, "users/" + user + "/private_meta/versions/1");
    set_kept_photos(own, "users/" + user + "/private_meta/photos/ppp");
    update_registry(models(), [&](Registry& registry) {
      registry.subjects.push_back(row(TargetModel::kPrivate, "sks", user, "users/" + user + "/sks"));
      registry.subjects.push_back(own);
      registry.metamodels["private_meta/" + user] = {"1", "starter", "abc"};
      registry.retired.push_back("private_meta/" + user + "/old");
    });
  }
  void teach_meta(const std::string& word, const std::string& user, const std::string& version) {
    const fs::path folder = models() / "metamodel/versions" / version;
    make_model_folder(folder);
    write_text(folder / "unet/weights", "weights " + version);
    for (const char* file : {"report.html", "run.json", "train.log", "previews/step-1-0.png"})
      write_text(folder / file, "a run of " + user);
    write_text(models() / "metamodel/photos" / word / "0000.png", "photo of " + user);
    Subject subject = row(TargetModel::kMeta, word, user, "metamodel/versions/" + version);
    set_kept_photos(subject, "metamodel/photos/" + word);
    update_registry(models(), [&](Registry& registry) {
      registry.subjects.push_back(subject);
      registry.metamodels["meta"] = {version, "starter", "abc"};
      write_version_note(folder, {.version = std::stoll(version),
                                  .learned = word,
                                  .date = subject.date,
                                  .subjects = registry.visible(TargetModel::kMeta, user)});
    });
  }
  void fail_on_meta(const std::string& word, const std::string& user) {
    write_text(models() / "cache/logs/meta" / (word + ".log"),
               "2026-11-25 command: finetune --target_model=meta --user=" + user + " --seed=1\n");
    write_text(models() / "cache/logs/meta" / (word + ".report.html"), "photos of " + user);
  }
  /// Every file of the models folder but locks, with its bytes.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(models())) {
      if (entry.is_regular_file())
        found[entry.path().lexically_relative(models()).string()] = read_file(entry.path(), 1 << 20);
    }
    return found;
  }
  /// Files that name the user, in their path or their bytes.
  std::vector<std::string> naming(const std::string& user) const {
    std::vector<std::string> found;
    for (const auto& [path, bytes] : files()) {
      if (path.find("anna-b") != std::string::npos) continue;  // another user
      if ((path + bytes).find(user) != std::string::npos) found.push_back(path);
    }
    return found;
  }
  void expect_anna_is_gone_and_bob_is_not(const std::map<std::string, std::string>& before) const {
    EXPECT_EQ(naming("anna"), std::vector<std::string>{});
    const auto now = files();
    for (const auto& [path, bytes] : before) {
      if (path == "registry.json" || path.find("big_version.json") != std::string::npos) continue;
      if ((path + bytes).find("bob") != std::string::npos || bytes.starts_with("weights "))
        if ((path + bytes).find("anna") == std::string::npos) EXPECT_EQ(now.contains(path), true) << path;
    }
    const Registry registry = read_registry(models());
    EXPECT_EQ(registry.subjects.size(), 3u) << "bob's";
    EXPECT_EQ(registry.taken_by(TargetModel::kMeta, "bob", "aaa"),
              "named a subject that was removed, and is never given again");
    EXPECT_EQ(registry.retired, (std::vector<std::string>{"private_meta/bob/old", "meta/aaa"}));
    EXPECT_TRUE(registry.metamodels.contains("private_meta/bob"));
    EXPECT_EQ(registry.metamodels.at("meta").version, "2");
  }
  void restore(const std::map<std::string, std::string>& all) const {
    fs::remove_all(models());
    for (const auto& [path, bytes] : all) write_text(models() / path, bytes);
  }
  fs::path models() const { return dir_.path() / "models"; }
  fs::path outside() const { return dir_.path() / "out/anna"; }

 private:
  TempDir dir_;
};

TEST_F(Users, HoldingsAreEverythingUnderTheName) {
  const UserHoldings anna = holdings_of_user(models(), "anna");
  ASSERT_EQ(anna.subjects.size(), 3u);
  EXPECT_EQ(anna.subjects[2].identifier, "aaa");
  EXPECT_EQ(anna.unfinished, std::vector<std::string>{"fff"});
  EXPECT_EQ(anna.photos, 2);
  EXPECT_GT(anna.bytes, 100u);
}

TEST_F(Users, ForgettingLeavesNothingOfThemAndAllOfTheOthers) {
  const auto before = files();
  ASSERT_GT(naming("anna").size(), 10u);
  const UserHoldings gone = forget_user(models(), "anna");
  EXPECT_EQ(gone.subjects.size(), 3u);
  expect_anna_is_gone_and_bob_is_not(before);
  EXPECT_TRUE(fs::exists(models() / "locks/identifier-private+anna-b-sks.lock")) << "another user's";
  EXPECT_FALSE(fs::exists(models() / "locks/identifier-private+anna-sks.lock"));
  EXPECT_NE(error_of<UsageError>([&] { forget_user(models(), "anna"); }).find("user 'anna' has nothing in"),
            std::string::npos);
}

TEST_F(Users, ForgettingThatWasKilledAnywhereIsFinishedByTheNext) {
  const auto before = files();
  int kills = 0;
  for (int end = -SIGKILL; end == -SIGKILL;) {
    restore(before);
    ChildProcess child([&] {
      arm_fail_point("forget:" + std::to_string(kills + 1));
      forget_user(models(), "anna");
      return 0;
    });
    end = child.wait();
    kills += end == -SIGKILL ? 1 : 0;
    const auto left = read_registry(models()).subjects.size();
    EXPECT_TRUE(left == 6 || left == 3) << "all of the rows, or none: " << left;
    if (left == 6) {
      forget_user(models(), "anna");
    } else {
      EXPECT_THROW(forget_user(models(), "anna"), UsageError) << "it was done";
    }
    expect_anna_is_gone_and_bob_is_not(before);
    if (HasFailure()) FAIL() << "killed at step " << kills;
  }
  EXPECT_GT(kills, 10) << "a step for each thing of anna's";
}

TEST_F(Users, ForgettingWaitsForNoLivingRun) {
  for (const char* lock : {"writer-meta.lock", "writer-private_meta-anna.lock", "writer-private-anna-new.lock"}) {
    const auto running = FileLock::acquire(models() / "locks" / lock);
    EXPECT_THROW(forget_user(models(), "anna", true), BusyError) << lock;
    EXPECT_THROW(export_user(models(), "anna", outside(), true), BusyError) << lock;
  }
  const auto other = FileLock::acquire(models() / "locks/writer-private-anna-b-new.lock");
  EXPECT_EQ(forget_user(models(), "anna", true).subjects.size(), 3u) << "a run of the user 'anna-b'";
}

TEST_F(Users, RollbackDoesNotBringAForgottenSubjectBack) {
  forget_user(models(), "anna");
  EXPECT_EQ(read_version_note(models() / "metamodel/versions/1")->subjects.size(), 0u);
  const auto back = rollback_metamodel(models(), TargetModel::kMeta, "bob", 1);
  EXPECT_TRUE(back.identifiers.empty());
}

TEST_F(Users, ExportHandsEverythingOut) {
  std::vector<int64_t> copied;
  export_user(models(), "anna", outside(), false, [&](const Progress& step) { copied.push_back(step.done); });
  for (const char* file : {"private/sks/model_index.json", "private/sks/unet/weights.safetensors",
                           "private_meta/model/model_index.json", "private_meta/photos/ppp/0000.png",
                           "meta/photos/aaa/0000.png", "meta/runs/1/report.html", "meta/runs/1/previews/step-1-0.png",
                           "unfinished/private/zzz.log", "unfinished/meta/fff.log", "unfinished/meta/fff.report.html"})
    EXPECT_TRUE(fs::is_regular_file(outside() / file)) << file;
  EXPECT_EQ(read_file(outside() / "private/sks/unet/weights.safetensors", 99), "weights of anna");
  const Json about = read_json(outside() / "user.json");
  EXPECT_EQ(about["user"], "anna");
  ASSERT_EQ(about["subjects"].size(), 3u);
  EXPECT_EQ(about["subjects"][0]["model"], "private/sks");
  EXPECT_TRUE(about["subjects"][0]["photos"].is_null());
  EXPECT_EQ(about["subjects"][2]["registered"]["identifier"], "aaa");
  EXPECT_EQ(about["subjects"][2]["photos"], "meta/photos/aaa");
  EXPECT_TRUE(about["subjects"][2]["model"].is_null()) << "everybody's weights";
  for (const auto& entry : fs::recursive_directory_iterator(outside()))
    if (entry.is_regular_file()) EXPECT_EQ(read_file(entry.path(), 1 << 20).find("bob"), std::string::npos) << entry.path();
  EXPECT_EQ(copied.size(), static_cast<size_t>(copied.back()));
  EXPECT_EQ(holdings_of_user(models(), "anna").subjects.size(), 3u) << "nothing is taken away";
}

TEST_F(Users, ExportIsThereWholeOrNotAtAll) {
  fs::create_directories(outside());
  EXPECT_NE(error_of<UsageError>([&] { export_user(models(), "anna", outside()); }).find("is there already"),
            std::string::npos);
  fs::remove(outside());
  const auto stop = [](const Progress& step) {
    if (step.done == 3) throw MachineError("the disk is full");
  };
  EXPECT_THROW(export_user(models(), "anna", outside(), false, stop), MachineError);
  EXPECT_TRUE(fs::is_empty(outside().parent_path()));
  EXPECT_THROW(export_user(models(), "nobody", outside()), UsageError);
}

}  // namespace
}  // namespace big
