#include "big/personalization/rollback.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/registry/version_note.h"
#include "claim.h"
#include "layout.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// A metamodel whose version n learned the n-th of three words, made by hand.
class Rollback : public testing::Test {
 protected:
  Rollback() {
    for (const char* word : {"aab", "bbc", "ccd"}) teach(word, word);
  }
  /// The next version, which learns `word` with photos in a folder of the given name.
  void teach(const std::string& word, const std::string& photos) {
    const std::string version = std::to_string(++last_);
    Subject row = make_subject(TargetModel::kMeta, word, "metamodel/versions/" + version);
    set_kept_photos(row, "metamodel/photos/" + photos);
    row.steps = last_;
    write_text(meta() / "photos" / photos / "0000.png", "photo");
    write_text(meta() / "versions" / version / "weights", "weights " + version);
    update_registry(models(), [&](Registry& registry) {
      std::erase_if(registry.subjects, [&](const Subject& s) { return s.identifier == word; });
      registry.subjects.push_back(row);
      for (auto& subject : registry.subjects) subject.model_path = row.model_path;
      registry.metamodels["meta"] = {version, "starter", "abc"};
      write_version_note(meta() / "versions" / version, {.version = last_,
                                                         .parent = last_ - 1,
                                                         .learned = word,
                                                         .date = row.date,
                                                         .subjects = registry.subjects});
    });
  }
  RollbackResult back_to(int64_t version) {
    return rollback_metamodel(models(), TargetModel::kMeta, "anna", version);
  }
  std::string refusal(TargetModel target, int64_t version) {
    return error_of<UsageError>([&] { rollback_metamodel(models(), target, "anna", version); });
  }
  fs::path models() const { return dir_.path(); }
  fs::path meta() const { return models() / "metamodel"; }
  Registry registry() const { return read_registry(models()); }

 private:
  TempDir dir_;
  int64_t last_ = 0;
};

TEST_F(Rollback, TakesWeightsAndSubjectsBack) {
  const auto done = back_to(1);
  EXPECT_EQ(done.identifiers, std::vector<std::string>{"aab"});
  EXPECT_EQ(done.forgotten, (std::vector<std::string>{"bbc", "ccd"}));
  EXPECT_EQ(registry().metamodels.at("meta").version, "1");
  ASSERT_EQ(registry().subjects.size(), 1u);
  EXPECT_EQ(registry().subjects[0].model_path, "metamodel/versions/1");
  EXPECT_EQ(version_numbers(meta() / "versions"), std::vector<int64_t>{1});
  EXPECT_TRUE(fs::exists(meta() / "photos" / "aab"));
  EXPECT_FALSE(fs::exists(meta() / "photos" / "ccd"));
}

TEST_F(Rollback, ForgottenWordsAreNeverGivenAgain) {
  back_to(2);
  EXPECT_EQ(registry().retired, std::vector<std::string>{"meta/ccd"});
}

TEST_F(Rollback, WhatWasRemovedSinceStaysRemoved) {
  update_registry(models(), [](Registry& registry) {
    std::erase_if(registry.subjects, [](const Subject& s) { return s.identifier == "aab"; });
    registry.retired.push_back("meta/aab");
  });
  EXPECT_EQ(back_to(2).identifiers, std::vector<std::string>{"bbc"});
}

TEST_F(Rollback, WhatWasTaughtAnewSinceKeepsItsNewerPhotos) {
  teach("aab", "aab-2");
  fs::remove_all(meta() / "photos" / "aab");
  back_to(2);
  const auto subject = registry().find(TargetModel::kMeta, "anna", "aab");
  ASSERT_TRUE(subject);
  EXPECT_EQ(subject->steps, 1) << "the row of then";
  EXPECT_EQ(kept_photos(*subject), "metamodel/photos/aab-2");
  EXPECT_TRUE(fs::exists(meta() / "photos" / "aab-2"));
}

TEST_F(Rollback, ToTheCurrentVersionChangesNothing) {
  const auto before = registry();
  EXPECT_TRUE(back_to(3).forgotten.empty());
  EXPECT_EQ(registry().subjects.size(), before.subjects.size());
  EXPECT_EQ(version_numbers(meta() / "versions").size(), 3u);
}

TEST_F(Rollback, AFailureBeforeTheWriteLeavesAllAsItWas) {
  write_text(models() / "registry.json", "{ damaged");
  EXPECT_THROW(back_to(1), InputError);
  EXPECT_EQ(version_numbers(meta() / "versions").size(), 3u);
  EXPECT_TRUE(fs::exists(meta() / "photos" / "ccd"));
}

TEST_F(Rollback, RefusesWhatIsNotThereAndSaysWhatIs) {
  EXPECT_NE(refusal(TargetModel::kMeta, 9).find("has no version 9; there are: 1, 2, 3"), std::string::npos);
  EXPECT_NE(refusal(TargetModel::kPrivateMeta, 1).find("there is none yet"), std::string::npos);
  EXPECT_NE(refusal(TargetModel::kPrivate, 1).find("has no versions"), std::string::npos);
  fs::remove(meta() / "versions" / "2" / "big_version.json");
  EXPECT_NE(refusal(TargetModel::kMeta, 2).find("does not say what it knew"), std::string::npos);
}

}  // namespace
}  // namespace big
