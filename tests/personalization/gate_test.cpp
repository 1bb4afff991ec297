// The gate of metamodels: real runs on the real starter that learn, that do not, and that forget.
#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/registry/version_note.h"
#include "quick_finetune.h"
#include "support/error_of.h"

namespace big {
namespace {

class GateOfMetamodel : public QuickFinetune {
 protected:
  GateOfMetamodel() {
    options.target = TargetModel::kMeta;
    options.gate = "strict";
    options.train.max_train_steps = 15;
    options.train.train_batch_size = 2;
    options.train.learning_rate = 1e-3;
  }
  std::vector<MetamodelVersion> versions() const {
    return metamodel_versions(registry(), models(), TargetModel::kMeta, options.user);
  }
};

TEST_F(GateOfMetamodel, OpensForARunThatLearnsAndKeeps) {
  const FinetuneResult first = finetune(options);
  ASSERT_TRUE(first.gate);
  EXPECT_TRUE(first.gate->passed());
  ASSERT_EQ(first.gate->subjects.size(), 1u);
  EXPECT_GT(first.gate->subjects[0].after, 1.02);

  options.photos = make_photos(folder() / "others", 3, 3);
  options.category = "dog";
  const FinetuneResult second = finetune(options);
  ASSERT_EQ(second.gate->subjects.size(), 2u);
  EXPECT_EQ(second.gate->subjects[1].identifier, first.identifier);
  EXPECT_NEAR(second.gate->subjects[1].before, first.gate->subjects[0].after, 0.2)
      << "what it knew at the first run's end, saved in fp16 and seen through other noise";
  ASSERT_TRUE(versions().back().note);
  EXPECT_EQ(versions().back().note->measured, Json(second.gate->json()));
}

TEST_F(GateOfMetamodel, ShutForARunThatLearnsNothing) {
  options.train.learning_rate = 0;
  options.train.max_train_steps = 1;
  const auto message = error_of<GateError>([&] { finetune(options); });
  EXPECT_NE(message.find("NOT LEARNED"), std::string::npos) << message;
  EXPECT_TRUE(registry().subjects.empty());
  EXPECT_TRUE(versions().empty());

  options.gate = "warn";
  EXPECT_FALSE(finetune(options).gate->passed());
  EXPECT_EQ(registry().subjects.size(), 1u) << "a warning only";
}

TEST_F(GateOfMetamodel, ShutForARunThatForgetsAndTheVersionBeforeStays) {
  finetune(options);
  const std::string before = weights_of(models() / "metamodel" / "versions" / "1");
  options.photos = make_photos(folder() / "others", 3, 3);
  options.category = "dog";
  options.train.learning_rate = 0.01;  // breaks the model
  options.train.prior_loss_weight = 0;
  const auto message = error_of<GateError>([&] { finetune(options); });
  EXPECT_NE(message.find("FORGOTTEN"), std::string::npos) << message;
  ASSERT_EQ(versions().size(), 1u);
  EXPECT_TRUE(versions()[0].current);
  EXPECT_EQ(weights_of(models() / "metamodel" / "versions" / "1"), before);
  EXPECT_EQ(registry().subjects.size(), 1u);

  options.gate = "off";
  EXPECT_FALSE(finetune(options).gate) << "nothing is measured";
}

}  // namespace
}  // namespace big
