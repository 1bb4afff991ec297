// Models in one file through the whole pipeline; what is written here tests/parity/check_single_files.py
// opens.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cstdlib>
#include <fstream>

#include "big/core/error.h"
#include "big/pipeline/convert_model.h"
#include "big/pipeline/text_to_image.h"
#include "big/pipeline/verify_model.h"
#include "big/weights/safetensors.h"
#include "references.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path vocabulary() { return fs::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models" / "clip_tokenizer"; }

LoadOptions with_source(ModelSource source) {
  source.clip_vocabulary = vocabulary();
  LoadOptions options;
  options.source = std::move(source);
  return options;
}

Image draw(const fs::path& path, const LoadOptions& options) {
  StableDiffusion model = load_model(path, options);
  GenerateOptions wish;
  wish.prompt = "a red house, 2 naïve boats";
  wish.num_images = 1;
  wish.num_inference_steps = 2;
  Image drawn;
  generate(model, wish, [&](int64_t, Image image) { drawn = std::move(image); });
  return drawn;
}

class SingleFilePipeline : public testing::TestWithParam<std::string> {
 protected:
  fs::path folder() const { return test::references(GetParam()); }
};

TEST_P(SingleFilePipeline, DrawsThePictureOfItsFolder) {
  const Image expected = draw(folder() / "model", {});
  EXPECT_EQ(draw(folder() / "single.safetensors", with_source({})), expected);
  const std::string other = GetParam() == "sd2" ? "epsilon" : "v_prediction";
  EXPECT_NE(draw(folder() / "single.safetensors", with_source({{}, other, {}})), expected);
}

TEST_P(SingleFilePipeline, ACheckpointInHalfPrecisionDraws) {
  EXPECT_EQ(draw(folder() / "single.ckpt", with_source({})).width, draw(folder() / "model", {}).width);
}

/// For diffusers to open: a folder made of the single file, and a single file made of the folder.
TEST_P(SingleFilePipeline, IsConvertedBothWays) {
  const fs::path out = fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "single_files" / GetParam();
  fs::remove_all(out);
  const auto single = folder() / "single.safetensors", model = folder() / "model";
  save_as_folder(open_model(single), single, out / "model", vocabulary());
  save_as_single_file(open_model(model), model, out / "single.safetensors");
  EXPECT_EQ(draw(out / "model", {}), draw(model, {}));
}

TEST_P(SingleFilePipeline, VerifyFindsWhatIsMissingMisshapenOrNotFinite) {
  auto model = open_model(folder() / "single.safetensors");
  verify_names(model);
  verify_finite(model.parts.at("unet"), "unet", {});
  auto broken = model;
  broken.parts.at("unet").erase("conv_in.bias");
  EXPECT_NE(error_of<InputError>([&] { verify_names(broken); }).find("unet: missing: conv_in.bias"),
            std::string::npos);
  broken = model;
  broken.configs.at("unet")["out_channels"] = 5;
  EXPECT_NE(error_of<InputError>([&] { verify_names(broken); }).find("'conv_out.bias' is [4], expected [5]"),
            std::string::npos);
  const TempDir temp;
  write_safetensors(temp.path() / "nan.safetensors",
                    {{"a", torch::tensor({1.0f, NAN})}, {"b", torch::zeros(1)}});
  const auto file = open_tensor_file(temp.path() / "nan.safetensors");
  const auto message =
      error_of<InputError>([&] { verify_finite(stored_tensors(*file), "nan.safetensors", {}); });
  EXPECT_NE(message.find("nan.safetensors: holds numbers that are not finite: a "), std::string::npos)
      << message;
}

INSTANTIATE_TEST_SUITE_P(Families,
                         SingleFilePipeline,
                         testing::Values("sd1", "sd2", "sdxl"),
                         [](const auto& family) { return family.param; });

/// A file with these tensors in half precision and no number written: a hole on the disk.
void write_hole(const fs::path& path, const Json& shapes) {
  OrderedJson header = OrderedJson::object();
  uint64_t at = 0;
  for (const auto& [name, shape] : shapes.items()) {
    uint64_t bytes = 2;
    for (const auto side : shape.get<std::vector<uint64_t>>()) bytes *= side;
    header[name] = {{"dtype", "F16"}, {"shape", shape}, {"data_offsets", {at, at + bytes}}};
    at += bytes;
  }
  const std::string text = header.dump();
  const uint64_t size = text.size();
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(&size), sizeof size) << text;
  fs::resize_file(path, sizeof size + size + at);
}

TEST(SingleFileModel, TheRealModelsAreKnownAndFitTheirNetworks) {
  const Json real = read_json(test::references("sdxl") / "single_names.json");
  const TempDir temp;
  for (const auto& [family, shapes] : real.items()) {
    const auto path = temp.path() / (family + ".safetensors");
    write_hole(path, shapes);
    const auto model = read_single_file(path);
    EXPECT_EQ(model.family, family);
    EXPECT_TRUE(model.extra.empty());
    EXPECT_EQ(error_of<InputError>([&] { verify_names(model); }), "nothing was thrown") << family;
  }
  Json narrow = real.at("sd1");
  narrow["model.diffusion_model.out.2.bias"] = {5};
  write_hole(temp.path() / "narrow.safetensors", narrow);
  const auto model = read_single_file(temp.path() / "narrow.safetensors");
  EXPECT_NE(error_of<InputError>([&] { verify_names(model); }).find("'conv_out.bias' is [5], expected [4]"),
            std::string::npos);
}

TEST(SingleFileModel, TakesAnotherVae) {
  const auto folder = test::references("sd1");
  const TempDir temp;
  // The same VAE with a brighter last layer.
  NamedTensors tensors;
  const SafetensorsFile own(folder / "model" / "vae" / "diffusion_pytorch_model.safetensors");
  for (const auto& [name, entry] : own.entries())
    tensors.emplace_back(name, name == "decoder.conv_out.bias" ? own.tensor(name) + 1 : own.tensor(name));
  const auto vae = temp.path() / "vae.safetensors";
  write_safetensors(vae, tensors);
  for (const auto& model : {folder / "model", folder / "single.safetensors"}) {
    const Image plain = draw(model, with_source({})), bright = draw(model, with_source({vae, "", {}}));
    EXPECT_NE(bright, plain);
    EXPECT_EQ(draw(model, with_source({folder / "model", "", {}})), plain);
  }
  save_with_vae(folder / "model", read_vae(vae, read_json(folder / "model" / "vae" / "config.json")),
                temp.path() / "made");
  EXPECT_EQ(draw(temp.path() / "made", {}), draw(folder / "model", with_source({vae, "", {}})));
  EXPECT_TRUE(fs::equivalent(temp.path() / "made/unet/diffusion_pytorch_model.safetensors",
                             folder / "model/unet/diffusion_pytorch_model.safetensors"));
}

TEST(SingleFileModel, SaysWhatItCannotDo) {
  const auto folder = test::references("sd1");
  const auto no_words =
      error_of<InputError>([&] { load_model(folder / "single.safetensors", LoadOptions{}); });
  EXPECT_NE(no_words.find("CLIP's vocabulary"), std::string::npos) << no_words;
  const auto is_folder = error_of<UsageError>([&] {
    load_model(folder / "model", with_source({{}, "epsilon", {}}));
  });
  EXPECT_NE(is_folder.find("scheduler_config.json"), std::string::npos) << is_folder;
  const fs::path starter = fs::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models" / "starter";
  const TempDir temp;
  const auto words =
      error_of<InputError>([&] { save_as_single_file(open_model(starter), starter, temp.path() / "a"); });
  EXPECT_NE(words.find("is not CLIP's"), std::string::npos) << words;
  // Nothing says what a tiny file is made of: it is taken for the real model that it is named like.
  const auto tiny =
      error_of<InputError>([&] { load_model(folder / "single_plain.safetensors", with_source({})); });
  EXPECT_NE(tiny.find("single_plain.safetensors"), std::string::npos) << tiny;
}

}  // namespace
}  // namespace big
