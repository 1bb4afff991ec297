// Teaches, saves and draws with a tiny model of each family into <build>/saved/<name>/;
// tests/parity/check_saved.py then opens the folders in diffusers and draws the same pictures.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>

#include "big/core/atomic_file.h"
#include "big/pipeline/save_model.h"
#include "big/pipeline/text_to_image.h"
#include "big/training/latent_cache.h"
#include "big/training/trainer.h"
#include "big/weights/state_dict.h"
#include "training/reference_run.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path saved_folder(const std::string& name) {
  return reference_folder("").parent_path().parent_path() / "saved" / name;
}

Image coloured_photo(int side, int shade) {
  Image photo(side + 5, side);
  for (int y = 0; y < photo.height; ++y)
    for (int x = 0; x < photo.width; ++x) {
      auto* pixel = photo.at(x, y);
      pixel[0] = static_cast<uint8_t>(shade);
      pixel[1] = static_cast<uint8_t>(255 * x / photo.width);
      pixel[2] = static_cast<uint8_t>(255 * y / photo.height);
    }
  return photo;
}

void teach(StableDiffusion& model) {
  TrainOptions options;
  options.max_train_steps = 2;
  options.learning_rate = 1e-3;
  options.train_text_encoder = true;
  options.resolution = model.native_size();
  options.seed = 4;
  const auto side = static_cast<int>(options.resolution);
  TrainingData data;
  data.instance = make_examples(model, {coloured_photo(side, 200), coloured_photo(side, 90)},
                                "a photo of sks dog", options);
  data.prior = make_examples(model, {coloured_photo(side, 20)}, "a photo of dog", options);
  train(model, data, options);
}

void save_and_draw(const StableDiffusion& taught, const fs::path& base, const std::string& name) {
  fs::remove_all(saved_folder(name));
  StagedFolder staged(saved_folder(name) / "model");
  save_model(taught, base, staged.path(), {.unet = true, .text_encoders = true});
  staged.commit();

  auto model = load_model(saved_folder(name) / "model");
  GenerateOptions options;
  options.prompt = "a photo of sks dog on the beach";
  options.negative_prompt = "blurry";
  options.num_images = 2;
  options.num_inference_steps = 6;
  options.guidance_scale = 5;
  options.scheduler = "DDIM";  // check_saved.py's
  options.seed = 31;
  NamedTensors pictures;
  generate(model, options, [&](int64_t index, const Image& image) {
    auto pixels = torch::empty({image.height, image.width, 3}, torch::kUInt8);
    std::copy(image.pixels.begin(), image.pixels.end(), pixels.data_ptr<uint8_t>());
    pictures.emplace_back(std::to_string(index), pixels);
  });
  const Json request = {{"prompt", options.prompt},
                        {"negative_prompt", options.negative_prompt},
                        {"num_inference_steps", options.num_inference_steps},
                        {"guidance_scale", options.guidance_scale},
                        {"seed", options.seed}};
  write_safetensors(saved_folder(name) / "drawn.safetensors", pictures, {{"request", request.dump()}});
}

class SavedModel : public testing::TestWithParam<std::string> {};

TEST_P(SavedModel, HoldsTheTaughtWeightsAndLinksTheRest) {
  const fs::path base = reference_folder(GetParam()) / "model";
  auto model = load_model(base);
  teach(model);
  save_and_draw(model, base, GetParam());

  const fs::path saved = saved_folder(GetParam()) / "model";
  auto loaded = load_model(saved);
  const auto expect_equal = [](const Module& part, const Module& ours) {
    const auto a = part.parameters(), b = ours.parameters();
    ASSERT_EQ(a.size(), b.size());
    for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i], b[i]));
  };
  expect_equal(*loaded.unet, *model.unet);
  expect_equal(*loaded.text_encoder, *model.text_encoder);
  if (model.text_encoder_2) expect_equal(*loaded.text_encoder_2, *model.text_encoder_2);
  const auto vae = fs::path("vae") / "diffusion_pytorch_model.safetensors";
  EXPECT_TRUE(fs::equivalent(saved / vae, base / vae));
}

INSTANTIATE_TEST_SUITE_P(AllFamilies,
                         SavedModel,
                         testing::Values("sd1", "sd2", "starter", "sdxl"),
                         [](const auto& test) { return test.param; });

/// A copy of a base whose weights lie there in half precision under a variant's name only.
void make_half_base(const fs::path& base, const fs::path& half) {
  fs::remove_all(half);
  fs::create_directories(half.parent_path());
  fs::copy(base, half, fs::copy_options::recursive);
  const auto model = load_model(base);
  const auto replace = [&](const Module& module, const char* part, const std::string& stem) {
    fs::remove(half / part / (stem + ".safetensors"));
    save_weights(module, half / part / (stem + ".fp16.safetensors"), torch::kFloat16);
  };
  replace(*model.unet, "unet", "diffusion_pytorch_model");
  replace(*model.vae, "vae", "diffusion_pytorch_model");
  replace(*model.text_encoder, "text_encoder", "model");
}

TEST(SavedHalfModel, IsHalfPrecisionUnderThePlainName) {
  const fs::path half = saved_folder("half_base");
  make_half_base(reference_folder("sd1") / "model", half);
  auto model = load_model(half);
  teach(model);
  save_and_draw(model, half, "sd1_half");

  const fs::path saved = saved_folder("sd1_half") / "model";
  EXPECT_EQ(stored_dtype(saved / "unet", "diffusion_pytorch_model"), torch::kFloat16);
  EXPECT_TRUE(fs::equivalent(saved / "vae" / "diffusion_pytorch_model.safetensors",
                             half / "vae" / "diffusion_pytorch_model.fp16.safetensors"));
  for (const auto& file : fs::recursive_directory_iterator(saved))
    EXPECT_EQ(file.path().filename().string().find(".fp16."), std::string::npos) << file.path();
  fs::remove_all(half);
}

}  // namespace
}  // namespace big
