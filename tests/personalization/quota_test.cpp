#include "quota.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

/// meta holds two subjects of anna's and one of bob's, anna's private metamodel one.
class Quota : public testing::Test {
 protected:
  Quota() {
    options.models_dir = dir_.path();
    options.user = "anna";
    options.target = TargetModel::kMeta;
    options.max_subjects = 2;
    update_registry(dir_.path(), [](Registry& registry) {
      for (const char* word : {"aaa", "bbb", "ccc"})
        registry.subjects.push_back(make_subject(TargetModel::kMeta, word, "metamodel/versions/1"));
      registry.subjects.back().user = "bob";
      registry.subjects.push_back(make_subject(TargetModel::kPrivateMeta, "ddd", "users/anna/private_meta/versions/1"));
    });
  }
  bool refused() const {
    try {
      refuse_above_quota(options);
      return false;
    } catch (const UsageError&) {
      return true;
    }
  }
  FinetuneOptions options;

 private:
  TempDir dir_;
};

TEST_F(Quota, CountsTheUsersOwnSubjectsOfMeta) {
  EXPECT_TRUE(refused());
  options.max_subjects = 3;
  EXPECT_FALSE(refused());
  options.user = "bob";
  options.max_subjects = 1;
  EXPECT_TRUE(refused());
  options.max_subjects = 2;
  EXPECT_FALSE(refused());
}

TEST_F(Quota, NoneIsNoLimit) {
  options.max_subjects = 0;
  EXPECT_FALSE(refused());
}

TEST_F(Quota, OfOneMetamodelDoesNotCountForAnother) {
  options.target = TargetModel::kPrivateMeta;
  EXPECT_FALSE(refused());
  options.max_subjects = 1;
  EXPECT_TRUE(refused());
  options.target = TargetModel::kPrivate;
  EXPECT_FALSE(refused()) << "private models are one each";
}

TEST_F(Quota, ASubjectThatIsTaughtAnewTakesNoMoreRoom) {
  options.identifier = "bbb";
  EXPECT_FALSE(refused());
  options.identifier = "new";
  EXPECT_TRUE(refused());
}

TEST_F(Quota, SaysHowToGoOn) {
  const auto message = error_of<UsageError>([&] { refuse_above_quota(options); });
  EXPECT_EQ(message.find("target model 'meta' holds 2 subjects of user 'anna', --max_subjects 2 allows no more"), 0u);
  for (const char* way : {"--remove IDENTIFIER --target_model meta", "--overwrite", "--target_model private"})
    EXPECT_NE(message.find(way), std::string::npos) << way;
}

}  // namespace
}  // namespace big
