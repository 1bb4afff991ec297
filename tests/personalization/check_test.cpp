#include "big/personalization/check.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/personalization/remove.h"
#include "big/pipeline/text_to_image.h"
#include "check_measure.h"
#include "kept_photos.h"
#include "layout.h"
#include "models_folder.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

TEST(CheckVerdict, GoesByBothIntervals) {
  EXPECT_EQ(judged({1.5, 1.4, 1.6}, {0.2, 0.1, 0.3}), Known::kYes);
  EXPECT_EQ(judged({1.5, 1.4, 1.6}, {0.1, 0.005, 0.3}), Known::kUnsure) << "words never taught differ by as much";
  EXPECT_EQ(judged({1.5, 1.4, 1.6}, {0.1, -0.1, 0.3}), Known::kUnsure) << "a look-alike may be as near";
  EXPECT_EQ(judged({1.1, 0.9, 1.3}, {0.2, 0.1, 0.3}), Known::kUnsure);
  EXPECT_EQ(judged({1.5, 1.4, 1.6}, {-0.2, -0.3, -0.1}), Known::kMistaken);
  EXPECT_EQ(judged({0.9, 0.8, 1}, {-0.2, -0.3, -0.1}), Known::kNo);
}

TEST(CheckDrift, IsTheShareByWhichErrorsGrew) {
  const auto before = torch::tensor({1.0, 2.0, 3.0}, torch::kFloat64);
  const Estimate same = drift_of(before, before), grown = drift_of(before, before * 1.25);
  EXPECT_EQ(same.value, 0);
  EXPECT_NEAR(grown.value, 0.25, 1e-12);
  EXPECT_NEAR(grown.low, 0.25, 1e-12) << "paired: the same pictures stand on both sides";
}

/// The starter as a metamodel that "learned" the words black and white of its own language, with pictures that it
/// drew as photos. bob's pink holds no pink cat.
class CheckOfMetamodel : public testing::Test {
 protected:
  CheckOfMetamodel() {
    fs::create_directories(meta() / "versions");
    fs::create_directory_symlink(starter(), meta() / "versions/1");
    StableDiffusion model = load_model(starter());
    const auto blacks = drawn(model, "a black cat"), whites = drawn(model, "a white cat");
    update_registry(models(), [&](Registry& registry) {
      registry.metamodels["meta"] = {"1", "starter", find_base("starter", models(), project_models()).hash};
      registry.subjects = {subject("black", "anna", blacks), subject("white", "anna", whites),
                           subject("pink", "bob", blacks)};
    });
  }
  static std::vector<SourcePicture> drawn(StableDiffusion& model, const std::string& prompt) {
    GenerateOptions wish;
    wish.prompt = prompt;
    wish.num_images = 1;
    wish.num_inference_steps = 12;
    wish.guidance_scale = 5;
    std::vector<SourcePicture> pictures;
    generate(model, wish, [&](int64_t, Image picture) { pictures.emplace_back(std::move(picture)); });
    return pictures;
  }
  Subject subject(const std::string& word, const std::string& user, const std::vector<SourcePicture>& photos) const {
    Subject made = make_subject(TargetModel::kMeta, word, "metamodel/versions/1");
    made.user = user;
    set_kept_photos(made, "metamodel/photos/" + word);
    fs::create_directories(meta() / "photos" / word);
    write_kept_photos(meta() / "photos" / word, photos);
    return made;
  }
  CheckReport check() const {
    CheckOptions wish;
    wish.user = "anna";
    wish.models_dir = models();
    wish.project_models = project_models();
    wish.pictures = wish.class_pictures = 1;
    return check_metamodel(wish);
  }
  fs::path models() const { return dir_.path(); }
  fs::path meta() const { return models() / "metamodel"; }

 private:
  TempDir dir_;
};

TEST_F(CheckOfMetamodel, TellsWhatIsKnownFromWhatIsNot) {
  const std::string registry = read_file(models() / "registry.json", 1 << 20);
  const CheckReport found = check();
  EXPECT_EQ(read_file(models() / "registry.json", 1 << 20), registry);
  EXPECT_EQ(found.version, "1");
  ASSERT_EQ(found.subjects.size(), 3u);
  for (const auto& one : found.subjects) {
    SCOPED_TRACE(concat(one.subject.identifier, " is ", to_string(one.known), ": identity ", one.identity.low, " to ",
                        one.identity.high, ", margin ", one.margin.low, " to ", one.margin.high, ", nearest ", one.nearest));
    EXPECT_LE(one.margin.low, one.margin.value);
    EXPECT_LE(one.margin.value, one.margin.high);
    EXPECT_EQ(one.known, one.subject.identifier == "pink" ? Known::kNo : Known::kYes);
  }
  EXPECT_EQ(found.subjects[2].nearest, "black") << "they are black cats";
  ASSERT_EQ(found.classes.size(), 1u);
  ASSERT_TRUE(found.classes[0].drift);
  EXPECT_EQ(found.classes[0].drift->value, 0) << "these are the base's weights";

  EXPECT_EQ(found.page, meta() / "check.html");
  const std::string page = read_file(found.page, 4 << 20);
  size_t pictures = 0;
  for (size_t at = page.find("<img"); at != std::string::npos; at = page.find("<img", at + 1)) ++pictures;
  EXPECT_EQ(pictures, 3u * (1 + 1)) << "photos and pictures";
  for (const char* text : {"added by anna, 2026-11-25", "added by bob, ", "2 known, 1 not known"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
  remove_subject(models(), TargetModel::kMeta, "anna", "black");
  EXPECT_FALSE(fs::exists(found.page)) << "it shows the removed subject's photos";
}

TEST(Check, IsForMetamodelsThatWereTaught) {
  CheckOptions wish;
  TempDir dir;
  wish.user = "anna";
  wish.models_dir = dir.path();
  wish.project_models = project_models();
  EXPECT_NE(error_of<UsageError>([&] { check_metamodel(wish); }).find("was taught nothing yet"), std::string::npos);
  wish.target = TargetModel::kPrivate;
  EXPECT_NE(error_of<UsageError>([&] { check_metamodel(wish); }).find("--target_model meta or private_meta"),
            std::string::npos);
}

}  // namespace
}  // namespace big
