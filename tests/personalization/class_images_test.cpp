#include "class_images.h"

#include <gtest/gtest.h>

#include <set>

#include "big/core/error.h"
#include "big/core/file_lock.h"
#include "big/core/text.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "models_folder.h"
#include "support/temp_dir.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Draws with the real starter in two steps.
class ClassImages : public testing::Test {
 protected:
  ClassImages() {
    options.class_image_steps = 2;
    options.train.resolution = 64;
    options.models_dir = models();
    base = find_base("starter", models(), project_models());
    recipe = class_image_recipe(base, {}, "cat", options);
    folder = class_image_folder(models(), recipe);
  }
  fs::path models() const { return dir_.path(); }
  ClassImageCount draw(int64_t count) {
    if (!model) model = load_model(starter());
    return draw_class_images(*model, models(), recipe, count, WhenBusy::kRefuse);
  }
  Image picture(int64_t n) { return read_image(class_image_file(folder, n)); }

  FinetuneOptions options;
  BaseModel base;
  ClassImageRecipe recipe;
  fs::path folder;
  std::optional<StableDiffusion> model;

 private:
  TempDir dir_;
};

TEST_F(ClassImages, TakeGuidanceAndSamplerFromTheBase) {
  EXPECT_EQ(recipe.prompt, "a cat");
  EXPECT_EQ(recipe.sampler, "DDIM");
  EXPECT_DOUBLE_EQ(recipe.guidance, 3.0);
  options.class_image_guidance = 5;
  options.class_image_scheduler = "Euler a";
  const auto other = class_image_recipe(base, {}, "cat", options);
  EXPECT_DOUBLE_EQ(other.guidance, 5.0);
  EXPECT_EQ(other.sampler, "Euler a");
}

TEST_F(ClassImages, EverythingThatMakesThemIsInTheKey) {
  std::set<fs::path> folders = {folder};
  const auto with = [&](auto change) {
    ClassImageRecipe other = recipe;
    change(other);
    folders.insert(class_image_folder(models(), other));
  };
  with([](auto& r) { r.base_hash = "other"; });
  with([](auto& r) { r.prompt = "a dog"; });
  with([](auto& r) { r.size = 32; });
  with([](auto& r) { r.steps = 3; });
  with([](auto& r) { r.sampler = "Euler"; });
  with([](auto& r) { r.schedule_type = "Karras"; });
  with([](auto& r) { r.guidance = 4; });
  with([](auto& r) { r.base_seed = 1; });
  with([](auto& r) { r.vae_hash = "another VAE"; });
  EXPECT_EQ(folders.size(), 10u);
  with([](auto& r) { r.base_name = "another name of the same weights"; });
  EXPECT_EQ(folders.size(), 10u);
}

TEST_F(ClassImages, AnotherVaeIsKnownByWhatIsInIt) {
  EXPECT_EQ(recipe.vae_hash, "");
  options.source.vae = starter();
  const auto of_model = class_image_recipe(base, {}, "cat", options);
  options.source.vae = starter() / "vae";
  EXPECT_EQ(class_image_recipe(base, {}, "cat", options).vae_hash, of_model.vae_hash);
  const fs::path copy = models() / "copy";
  fs::copy(starter() / "vae", copy);
  write_text(copy / "config.json", "{}");
  options.source.vae = copy;
  EXPECT_NE(class_image_recipe(base, {}, "cat", options).vae_hash, of_model.vae_hash);
}

TEST_F(ClassImages, OnlyMissingOnesAreDrawn) {
  const auto first = draw(2);
  EXPECT_EQ(first.reused, 0);
  EXPECT_EQ(first.drawn, 2);
  const Image zero = picture(0);
  EXPECT_EQ(zero.width, 64);
  EXPECT_NE(zero, picture(1));
  EXPECT_EQ(read_json(folder / "manifest.json").at("prompt"), "a cat");

  const auto more = draw(3);
  EXPECT_EQ(more.reused, 2);
  EXPECT_EQ(more.drawn, 1);
  EXPECT_EQ(picture(0), zero);

  // Cut short, and black: both are drawn again, as they were.
  fs::resize_file(class_image_file(folder, 0), 100);
  write_png(class_image_file(folder, 2), Image(64, 64));
  EXPECT_EQ(missing_class_images(folder, recipe, 3), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(draw(3).drawn, 2);
  EXPECT_EQ(picture(0), zero);
  EXPECT_TRUE(missing_class_images(folder, recipe, 3).empty());
}

TEST_F(ClassImages, EmptyPicturesOfABrokenModelAreAnError) {
  model = load_model(starter());
  for (auto& parameter : model->vae->parameters()) parameter.zero_();
  EXPECT_THROW(draw(1), InputError);
  EXPECT_FALSE(fs::exists(class_image_file(folder, 0)));
}

TEST_F(ClassImages, ARunThatDrawsThemLocksOthersOut) {
  const auto lock =
      FileLock::acquire(models() / "locks" / concat("class_images-", folder.filename().string(), ".lock"));
  EXPECT_THROW(draw(1), BusyError);
}

TEST(IsConstant, TellsContentFromRounding) {
  Image image(8, 8, 100);
  EXPECT_TRUE(is_constant(image));
  image.at(3, 3)[1] = 102;
  EXPECT_TRUE(is_constant(image));
  image.at(3, 3)[1] = 110;
  EXPECT_FALSE(is_constant(image));
  EXPECT_TRUE(is_constant(Image()));
}

}  // namespace
}  // namespace big
