// Pictures from pictures, with and without masks, and second passes, against diffusers' pipelines.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstring>

#include "big/imaging/png.h"
#include "big/pipeline/text_to_image.h"
#include "big/weights/safetensors.h"
#include "pixels.h"
#include "references.h"
#include "support/temp_dir.h"

namespace big {
namespace {

struct Case {
  std::string name;
  GenerateOptions options;
  torch::Tensor pictures;  ///< [n,H,W,3] uint8, by diffusers
};

using test::pixels;

/// [H,W,3] or [H,W] uint8.
Image image_of(const torch::Tensor& bytes) {
  const auto rgb = (bytes.dim() == 2 ? bytes.unsqueeze(2).expand({-1, -1, 3}) : bytes).contiguous();
  Image image(static_cast<int>(rgb.size(1)), static_cast<int>(rgb.size(0)));
  std::memcpy(image.pixels.data(), rgb.data_ptr(), image.pixels.size());
  return image;
}

std::vector<Image> draw(StableDiffusion& model, const GenerateOptions& options) {
  std::vector<Image> images(static_cast<size_t>(options.num_images));
  generate(model, options,
           [&](int64_t i, Image image) { images.at(static_cast<size_t>(i)) = std::move(image); });
  return images;
}

class StartPicturesParity : public testing::TestWithParam<std::string> {
 protected:
  StartPicturesParity()
      : model_(load_model(test::references(GetParam()) / "model")),
        file_(test::references(GetParam()) / "start_pictures.safetensors") {
    write_png(init_path_, image_of(file_.tensor("init")));
    write_png(mask_path_, image_of(file_.tensor("mask")));
    for (const auto& entry : parse_json(file_.metadata().at("cases"), "cases"))
      cases_.push_back({entry.at("name"), options_of(entry), file_.tensor(entry.at("name"))});
  }

  GenerateOptions options_of(const Json& entry) const {
    GenerateOptions options;
    options.prompt = entry.at("prompt");
    options.negative_prompt = entry.at("negative_prompt");
    options.num_images = options.batch_size = entry.at("num_images");
    options.num_inference_steps = entry.at("num_inference_steps");
    options.guidance_scale = entry.at("guidance_scale");
    options.scheduler = entry.at("scheduler");
    options.seed = entry.at("seed");
    options.height = entry.value("height", 0);
    options.width = entry.value("width", 0);
    if (entry.contains("hires_scale")) {
      options.hires = {entry.at("hires_scale"), entry.at("hires_strength"), entry.value("hires_steps", 0),
                       entry.value("hires_upscaler", options.hires.upscaler)};
      return options;
    }
    options.start.init_image = init_path_;
    options.start.strength = entry.at("strength");
    if (entry.value("mask", false)) options.start.mask = mask_path_;
    options.start.inpaint_masked_only = entry.value("inpaint_masked_only", false);
    options.start.mask_padding = entry.value("mask_padding", options.start.mask_padding);
    return options;
  }

  /// What diffusers drew, laid into the picture where there is a mask.
  torch::Tensor expected(const Case& one, int64_t i) const {
    const auto drawn = one.pictures[i].to(torch::kInt32);
    if (one.options.start.mask.empty()) return drawn;
    const auto masked = file_.tensor("mask").gt(0).unsqueeze(2);  // [H,W,1]
    return torch::where(masked, drawn, file_.tensor("init").to(torch::kInt32));
  }

  /// What is not masked stays bit for bit.
  void expect_kept(const Image& drawn, const std::string& name) const {
    const auto kept = file_.tensor("mask").eq(0).unsqueeze(2).expand({-1, -1, 3});
    const auto init = file_.tensor("init").to(torch::kInt32);
    EXPECT_TRUE(torch::equal(pixels(drawn).masked_select(kept), init.masked_select(kept))) << name;
    EXPECT_FALSE(torch::equal(pixels(drawn), init)) << name;
  }

  TempDir folder_;
  const std::filesystem::path init_path_ = folder_.path() / "init.png",
                              mask_path_ = folder_.path() / "mask.png";
  StableDiffusion model_;
  SafetensorsFile file_;
  std::vector<Case> cases_;
};

TEST_P(StartPicturesParity, PicturesAreWithinOneLevelOfDiffusers) {
  int worst = 0;
  EXPECT_GE(cases_.size(), 4U);
  for (const auto& one : cases_) {
    const auto images = draw(model_, one.options);
    for (size_t i = 0; i < images.size(); ++i) {
      const auto reference = expected(one, static_cast<int64_t>(i));
      ASSERT_EQ(pixels(images[i]).sizes(), reference.sizes()) << one.name;
      EXPECT_GT(reference.to(torch::kFloat32).std().item<double>(), 5.0) << one.name << ": nearly one colour";
      const int difference = (pixels(images[i]) - reference).abs().max().item<int>();
      EXPECT_LE(difference, 1) << one.name << ", picture " << i;
      worst = std::max(worst, difference);
      if (!one.options.start.mask.empty()) expect_kept(images[i], one.name);
    }
  }
  std::cout << GetParam() << ": " << cases_.size() << " cases, worst difference " << worst << "/255\n";
}

TEST_P(StartPicturesParity, APictureAloneIsThatOfItsBatch) {
  for (const auto& one : cases_) {
    if (one.options.num_images < 2) continue;
    auto alone = one.options;
    alone.seed += 1;
    alone.num_images = alone.batch_size = 1;
    const int difference = (pixels(draw(model_, alone).front()) - expected(one, 1)).abs().max().item<int>();
    EXPECT_LE(difference, 1) << one.name;
  }
}

/// The check is worth something only if it notices what can go wrong: without a mask, and with one.
class StartPicturesFaults : public StartPicturesParity {};

TEST_P(StartPicturesFaults, OtherBeginningsAreNoticed) {
  const auto plant = [&](const Case& one, const std::string& what, auto change) {
    auto options = one.options;
    change(options);
    const auto difference =
        (pixels(draw(model_, options).front()) - expected(one, 0)).abs().max().template item<int>();
    EXPECT_GT(difference, 1) << one.name << ": " << what;
  };
  const auto& one = cases_.front();
  plant(one, "one step more", [](auto& o) { o.start.strength += 0.125; });
  plant(one, "another seed", [](auto& o) { o.seed += 1; });
  plant(one, "the picture left out", [](auto& o) { o.start = {}; });
  if (one.options.start.mask.empty()) return;
  plant(one, "all of it drawn", [&](auto& o) { o.start.mask.clear(); });
  write_png(folder_.path() / "other.png",
            Image(image_of(file_.tensor("init")).width, image_of(file_.tensor("init")).height, 90));
  plant(one, "another picture", [&](auto& o) { o.start.init_image = folder_.path() / "other.png"; });
}

INSTANTIATE_TEST_SUITE_P(
    Families,
    StartPicturesParity,
    testing::Values("sd1", "sd2", "starter", "sdxl", "refiner", "inpaint", "sdxl_inpaint"),
    [](const auto& family) { return family.param; });

INSTANTIATE_TEST_SUITE_P(Families,
                         StartPicturesFaults,
                         testing::Values("sd1", "inpaint"),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace big
