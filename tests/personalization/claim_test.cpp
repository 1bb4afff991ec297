#include "claim.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

class ClaimIdentifier : public testing::Test {
 protected:
  ClaimIdentifier() {
    options.models_dir = dir_.path();
    options.user = "anna";
    options.category = "cat";
  }
  Claim claim() { return claim_identifier(options, starter()); }
  void register_subject(TargetModel target, const std::string& identifier) {
    update_registry(options.models_dir, [&](Registry& registry) {
      registry.subjects.push_back(make_subject(target, identifier, "somewhere"));
    });
  }
  FinetuneOptions options;

 private:
  TempDir dir_;
};

TEST_F(ClaimIdentifier, TakesTheFirstFreeWordOfThePool) {
  const Claim first = claim();
  EXPECT_EQ(first.identifier, "sks");
  EXPECT_FALSE(first.replaces);
  const Claim second = claim();
  EXPECT_NE(second.identifier, "sks") << "held by a run that still lives";
}

TEST_F(ClaimIdentifier, AFailedRunsIdentifierIsFreeAgain) {
  { const Claim failed = claim(); }
  EXPECT_EQ(claim().identifier, "sks");
}

TEST_F(ClaimIdentifier, RefusesAWordThatIsTaken) {
  register_subject(TargetModel::kPrivate, "sks");
  options.identifier = "sks";
  const auto error = error_of<UsageError>([&] { claim(); });
  EXPECT_NE(error.find("sks"), std::string::npos) << error;
  options.target = TargetModel::kMeta;
  EXPECT_EQ(claim().identifier, "sks") << "another scope";
}

TEST_F(ClaimIdentifier, OverwriteClaimsARegisteredSubject) {
  register_subject(TargetModel::kPrivate, "sks");
  options.identifier = "sks";
  options.overwrite = true;
  const Claim again = claim();
  EXPECT_TRUE(again.replaces);
  options.no_wait = true;
  EXPECT_THROW(claim(), BusyError);
}

TEST_F(ClaimIdentifier, AMetamodelHasOneWriter) {
  options.target = TargetModel::kMeta;
  options.no_wait = true;
  const Claim first = claim();
  EXPECT_THROW(claim(), BusyError);
  options.target = TargetModel::kPrivateMeta;
  EXPECT_NO_THROW(claim()) << "another model";
}

TEST_F(ClaimIdentifier, WarnsOfAWordOfSeveralPieces) {
  options.identifier = "qzqzqz";
  EXPECT_NE(claim().warning.find("pieces"), std::string::npos);
  options.identifier = "sks";
  EXPECT_EQ(claim().warning, "");
}

TEST_F(ClaimIdentifier, AWordThatIsAClassIsNoIdentifier) {
  options.category = "sks";
  EXPECT_NE(claim().identifier, "sks");
}

}  // namespace
}  // namespace big
