#include "validation_photos.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "run.h"
#include "support/error_of.h"

namespace big {
namespace {

class ValidationPhotos : public testing::Test {
 protected:
  ValidationPhotos() {
    run.options.train.validation_steps = 10;
    run.options.train.train_batch_size = 1;
    run.options.train.gradient_accumulation_steps = 1;
    run.recipes.resize(1);
    run.recipes[0].prompt = "a dog";
  }
  void have(size_t photos) {
    run.photos.photos.clear();
    for (size_t i = 0; i < photos; ++i) run.photos.photos.push_back({std::to_string(i) + ".png", 64, 64});
  }
  void find(PhotoFault fault, const std::vector<size_t>& photos) {
    PhotoFinding finding{fault, {}, "", ""};
    for (const size_t photo : photos) finding.photos.push_back(run.photos.photos[photo].path);
    run.photos.findings.push_back(finding);
  }
  std::vector<size_t> held_out() const { return photos_to_hold_out(run.photos, run.options); }
  static std::vector<Example> examples(size_t count, const std::string& prompt) {
    std::vector<Example> found(count);
    for (size_t i = 0; i < count; ++i) {
      found[i].name = std::to_string(i);
      found[i].prompt = prompt;
    }
    return found;
  }
  big::Run run;  // gtest has a Run of its own
};

TEST_F(ValidationPhotos, AreOneOfSixOrMore) {
  have(5);
  EXPECT_TRUE(held_out().empty());
  have(6);
  EXPECT_EQ(held_out(), std::vector<size_t>{5});
  run.options.validation_photos = 0;
  EXPECT_TRUE(held_out().empty());
  run.options.validation_photos = 2;
  EXPECT_EQ(held_out(), (std::vector<size_t>{4, 5}));
  run.options.validation_photos = -1;
  run.options.train.validation_steps = 0;
  EXPECT_TRUE(held_out().empty()) << "nothing is measured: all are taught";
}

TEST_F(ValidationPhotos, AreNoneThatAnotherResemblesAndSoundOnesFirst) {
  have(6);
  find(PhotoFault::kSameBackground, {0, 1, 2, 3, 4, 5});
  EXPECT_EQ(held_out(), std::vector<size_t>{5}) << "what is said of all tells nothing of one";
  find(PhotoFault::kNearDuplicate, {3, 5});
  find(PhotoFault::kBlurred, {4});
  EXPECT_EQ(held_out(), std::vector<size_t>{2});
  find(PhotoFault::kBlurred, {0, 1, 2});
  EXPECT_EQ(held_out(), std::vector<size_t>{4}) << "a blurred one before one that is learned by its twin";
}

TEST_F(ValidationPhotos, MustLeaveSomethingToLearnFrom) {
  have(2);
  run.options.validation_photos = 2;
  EXPECT_NE(error_of<UsageError>([&] { held_out(); }).find("--validation_photos 2 of 2 photos"), std::string::npos);
  run.options.validation_photos = 1;
  run.options.train.validation_steps = 0;
  EXPECT_NE(error_of<UsageError>([&] { held_out(); }).find("give --validation_steps"), std::string::npos);
}

TEST_F(ValidationPhotos, AreTakenOutOfWhatIsTaught) {
  run.held_out = {1, 3};
  auto taught = examples(4, "a sks dog");
  const auto held = take_held_out(run, taught);
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].name + held[1].name, "13");
  ASSERT_EQ(taught.size(), 2u);
  EXPECT_EQ(taught[0].name + taught[1].name, "02");
}

TEST_F(ValidationPhotos, AreMeasuredWithTaughtOnesAndTheNewCategorysPictures) {
  TrainingData data;
  data.instance = examples(30, "a sks dog");
  data.prior = examples(3, "a cat");
  for (auto& picture : examples(20, "a dog")) data.prior.push_back(picture);
  const auto found = validation_data(run, examples(1, "a sks dog"), data);
  EXPECT_EQ(found.held_out.size(), 1u);
  EXPECT_EQ(found.taught.size(), 12u);
  ASSERT_EQ(found.class_rows.size(), 6u);
  for (const auto& picture : found.class_rows) EXPECT_EQ(picture.prompt, "a dog");
  run.recipes.clear();  // a self-distilled prior: its rows are the photos
  EXPECT_TRUE(validation_data(run, {}, data).class_rows.empty());
  run.options.train.validation_steps = 0;
  EXPECT_TRUE(validation_data(run, {}, data).taught.empty());
}

TEST_F(ValidationPhotos, TimeIsForeseen) {
  have(6);
  run.held_out = {5};
  run.class_images = 100;
  run.options.train.max_train_steps = 100;
  // 12 pictures of 8 rows, 11 times; an update is 2 rows forward and twice back.
  EXPECT_DOUBLE_EQ(validation_seconds(run, 0, 3), 11.0 * 12 * 8 * 3 / 6);
  EXPECT_DOUBLE_EQ(validation_seconds(run, 50, 3), 6.0 * 12 * 8 * 3 / 6);
  run.options.train.validation_steps = 0;
  EXPECT_EQ(validation_seconds(run, 0, 3), 0);
}

}  // namespace
}  // namespace big
