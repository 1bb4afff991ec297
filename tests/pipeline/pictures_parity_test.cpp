#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "big/pipeline/text_to_image.h"
#include "big/weights/safetensors.h"
#include "pixels.h"
#include "references.h"

namespace big {
namespace {

struct Case {
  std::string name;
  GenerateOptions options;
  torch::Tensor pictures;  ///< [n,H,W,3] uint8, by diffusers
};

std::vector<Case> cases(const SafetensorsFile& file) {
  std::vector<Case> all;
  for (const auto& entry : parse_json(file.metadata().at("cases"), "cases")) {
    const auto name = entry.at("name").get<std::string>();
    GenerateOptions options;
    options.prompt = entry.at("prompt");
    options.negative_prompt = entry.at("negative_prompt");
    options.num_images = entry.at("num_images");
    options.num_inference_steps = entry.at("num_inference_steps");
    options.guidance_scale = entry.at("guidance_scale");
    options.guidance_rescale = entry.value("guidance_rescale", options.guidance_rescale);
    options.prompt_syntax = entry.value("prompt_syntax", options.prompt_syntax);
    options.clip_skip = entry.value("clip_skip", options.clip_skip);
    options.scheduler = entry.at("scheduler");
    options.seed = entry.at("seed");
    options.height = entry.value("height", 0);
    options.width = entry.value("width", 0);
    options.batch_size = options.num_images;
    options.sizes = {entry.value("original_height", 0), entry.value("original_width", 0),
                     entry.value("crop_top", 0),        entry.value("crop_left", 0),
                     entry.value("target_height", 0),   entry.value("target_width", 0)};
    options.aesthetic_score = entry.value("aesthetic_score", options.aesthetic_score);
    options.negative_aesthetic_score =
        entry.value("negative_aesthetic_score", options.negative_aesthetic_score);
    all.push_back({name, options, file.tensor(name)});
  }
  return all;
}

using test::pixels;

class PicturesParity : public testing::TestWithParam<std::string> {
 protected:
  PicturesParity()
      : model_(load_model(test::references(GetParam()) / "model")),
        file_(test::references(GetParam()) / "pictures.safetensors") {}

  std::vector<Image> draw(const GenerateOptions& options) {
    std::vector<Image> images(static_cast<size_t>(options.num_images));
    generate(model_, options,
             [&](int64_t i, Image image) { images.at(static_cast<size_t>(i)) = std::move(image); });
    return images;
  }

  StableDiffusion model_;
  SafetensorsFile file_;
};

TEST_P(PicturesParity, PicturesAreWithinOneLevelOfDiffusers) {
  int worst = 0;
  const auto all = cases(file_);
  const std::set<std::string> whole_families = {"sd1", "sd2", "starter", "sdxl"};
  EXPECT_GE(all.size(), whole_families.count(GetParam()) ? 10U : 3U);
  for (const auto& one : all) {
    const auto images = draw(one.options);
    ASSERT_EQ(static_cast<int64_t>(images.size()), one.pictures.size(0)) << one.name;
    for (size_t i = 0; i < images.size(); ++i) {
      const auto expected = one.pictures[static_cast<int64_t>(i)].to(torch::kInt32);
      ASSERT_EQ(pixels(images[i]).sizes(), expected.sizes()) << one.name;
      EXPECT_GT(expected.to(torch::kFloat32).std().item<double>(), 5.0)
          << one.name << ": nearly one colour shows nothing";
      const int difference = (pixels(images[i]) - expected).abs().max().item<int>();
      EXPECT_LE(difference, 1) << one.name << ", picture " << i;
      worst = std::max(worst, difference);
    }
  }
  std::cout << GetParam() << ": " << all.size() << " cases, worst difference " << worst << "/255\n";
}

TEST_P(PicturesParity, APictureAloneIsThatOfItsBatch) {
  for (const auto& one : cases(file_)) {
    if (one.options.num_images < 3) continue;
    auto alone = one.options;
    alone.seed += 2;
    alone.num_images = alone.batch_size = 1;
    const auto difference =
        (pixels(draw(alone).front()) - one.pictures[2].to(torch::kInt32)).abs().max().item<int>();
    EXPECT_LE(difference, 1) << one.name;
  }
}

TEST_P(PicturesParity, TheSameCommandGivesTheSameBytes) {
  auto options = cases(file_).front().options;
  const auto first = draw(options), again = draw(options);
  EXPECT_EQ(first, again);
}

INSTANTIATE_TEST_SUITE_P(
    Families,
    PicturesParity,
    testing::Values("sd1", "sd2", "starter", "sdxl", "refiner", "turbo", "inpaint", "sdxl_inpaint", "lcm"),
    [](const auto& family) { return family.param; });

}  // namespace
}  // namespace big
