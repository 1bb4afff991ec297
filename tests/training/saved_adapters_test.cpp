// Teaches adapters and words of a tiny model of each family, writes them in every form into
// <build>/saved_adapters/<family>/ and draws; tests/parity/check_adapters.py then opens them in diffusers and peft
// and draws the same pictures.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <filesystem>

#include "big/pipeline/lora.h"
#include "big/pipeline/text_to_image.h"
#include "big/pipeline/textual_inversion.h"
#include "big/training/latent_cache.h"
#include "big/training/trainer.h"
#include "big/weights/lora_writer.h"
#include "training/reference_run.h"

namespace big {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWord = "flurfo";  // no piece of any vocabulary: diffusers refuses those

fs::path home(const std::string& family) {
  return reference_folder("").parent_path().parent_path() / "saved_adapters" / family;
}

Image coloured_photo(int side, int shade) {
  Image photo(side, side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      auto* pixel = photo.at(x, y);
      pixel[0] = static_cast<uint8_t>(shade);
      pixel[1] = static_cast<uint8_t>(255 * x / side);
      pixel[2] = static_cast<uint8_t>(255 * y / side);
    }
  return photo;
}

TrainOptions options_of(const StableDiffusion& model, const std::string& method) {
  TrainOptions options;
  options.method = method;
  options.max_train_steps = 4;
  options.gradient_accumulation_steps = 1;
  options.learning_rate = 0.05;  // so that pictures show it
  options.prior_loss_weight = 0;
  options.resolution = model.native_size();
  options.seed = 4;
  options.word = {.word = kWord, .initializer = "small dog", .num_vectors = 3};
  return options;
}

void teach(StableDiffusion& model, const TrainOptions& options) {
  const auto side = static_cast<int>(options.resolution);
  TrainingData data;
  data.instance = make_examples(model, {coloured_photo(side, 200), coloured_photo(side, 90)},
                                std::string("a photo of ") + kWord + " dog", options);
  train(model, data, options);
}

void draw(StableDiffusion& model, const fs::path& file) {
  GenerateOptions options;
  options.prompt = std::string("a photo of ") + kWord + " dog on the beach";
  options.negative_prompt = "blurry";
  options.num_images = 1;
  options.num_inference_steps = 4;
  options.guidance_scale = 5;
  options.scheduler = "DDIM";
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
                        {"seed", options.seed},
                        {"word", kWord}};
  write_safetensors(file, pictures, {{"request", request.dump()}});
}

void save_lora(const std::string& family, const std::string& name, const TrainOptions& options) {
  const fs::path base = reference_folder(family) / "model", folder = home(family) / name;
  auto model = load_model(base);
  teach(model, options);
  const auto lora = attached_lora(model);
  const auto targets = lora_targets(model);
  const auto metadata = lora_metadata(lora, {.title = name, .trigger_phrase = "sks dog"});
  const std::map<std::string, LoraFormat> forms = {{"kohya.safetensors", LoraFormat::kKohya},
                                                   {"diffusers.safetensors", LoraFormat::kDiffusers},
                                                   {"peft", LoraFormat::kPeft}};
  for (const auto& [file, form] : forms) {
    write_lora(folder / file, lora, form, targets, metadata);
    EXPECT_NO_THROW(verify_lora(folder / file, lora, form, targets));
  }
  auto drawing = load_model(base);
  apply_loras(drawing, {{folder / "diffusers.safetensors", {name}}});
  draw(drawing, folder / "drawn.safetensors");
}

class SavedAdapters : public testing::TestWithParam<std::string> {};

TEST_P(SavedAdapters, LorasOfEveryForm) {
  fs::remove_all(home(GetParam()) / "lora");
  auto options = options_of(load_model(reference_folder(GetParam()) / "model"), "lora");
  options.train_text_encoder = true;
  options.lora.alpha = 6;
  save_lora(GetParam(), "lora", options);
}

TEST_P(SavedAdapters, Words) {
  const fs::path base = reference_folder(GetParam()) / "model", folder = home(GetParam()) / "word";
  fs::remove_all(folder);
  auto model = load_model(base);
  teach(model, options_of(model, "textual_inversion"));
  fs::create_directories(folder);
  write_embedding(folder / "word.safetensors", attached_word(model, kWord), {{"format", "pt"}});
  auto drawing = load_model(base);
  apply_embeddings(drawing, {{folder / "word.safetensors", kWord}});
  draw(drawing, folder / "drawn.safetensors");
}

INSTANTIATE_TEST_SUITE_P(Families,
                         SavedAdapters,
                         testing::Values("sd1", "sd2", "sdxl"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace big
