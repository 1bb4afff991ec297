#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <random>
#include <regex>
#include <thread>

#include "big/imaging/picture_file.h"
#include "big/imaging/read_image.h"
#include "cli/taught_models.h"

namespace big {
namespace {

namespace fs = std::filesystem;

class GenerateAgain : public testing::Test {
 protected:
  void SetUp() override { make_taught_models(models_.path()); }
  ToolRun run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"--models_dir", models_.path().string(), "--user", "anna", "--threads", "1"});
    return run_tool("generate", arguments, {here_.path(), {}});
  }
  /// Small and quick unless the arguments say otherwise.
  Json draw(std::vector<std::string> arguments) {
    for (const char* setting : {"--num_inference_steps=2", "--height=32", "--width=32", "--num_images=1"}) {
      const std::string flag = std::string(setting).substr(0, std::string(setting).find('='));
      if (std::find(arguments.begin(), arguments.end(), flag) == arguments.end()) arguments.emplace_back(setting);
    }
    return result(arguments);
  }
  Json again(const std::vector<std::string>& arguments) { return result(arguments); }
  Json result(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const ToolRun drawn = run(arguments);
    EXPECT_EQ(drawn.code, 0) << drawn.out << drawn.err;
    return Json::parse(drawn.out, nullptr, false);
  }
  fs::path file(const Json& json, size_t i = 0) const {
    return here_.path() / json["images"][i]["path"].get<std::string>();
  }
  /// What pictures may begin from.
  void write_start() {
    Image init(40, 48), mask(40, 48);
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 40; ++x) {
        init.at(x, y)[0] = static_cast<uint8_t>(6 * x);
        init.at(x, y)[1] = static_cast<uint8_t>(5 * y);
        if (x >= 8 && x < 30 && y >= 10) std::fill_n(mask.at(x, y), 3, 255);
      }
    }
    write_picture(here_.path() / "init.png", init, {});
    write_picture(here_.path() / "mask.png", mask, {});
  }
  void lay_start_beside(const Json& drawn) {
    for (const char* name : {"init.png", "mask.png"})
      fs::copy_file(here_.path() / name, here_.path() / drawn["directory"].get<std::string>() / name);
  }
  std::string failure(const std::vector<std::string>& arguments, int code) {
    const ToolRun failed = run(arguments);
    EXPECT_EQ(failed.code, code) << failed.out << failed.err;
    EXPECT_EQ(failed.out, "");
    return failed.err;
  }
  static bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  TempDir models_, here_;
};

/// Random settings that go together, as a grid of ten cells.
class RandomWishes {
 public:
  explicit RandomWishes(unsigned seed) : random_(seed) {}

  std::vector<std::string> next() {
    std::vector<std::string> flags = {"--prompt", pick({"a sks", "sks, on a red background", "a \"sks\" 東京 é"})};
    const auto add = [&](const std::string& flag, const std::string& value) {
      flags.push_back("--" + flag);
      flags.push_back(value);
    };
    add("target_model", pick({"private", "meta", "pretrained"}));
    add("seed", number(0, 4294967295U));
    add("rng", pick({"cpu", "philox"}));
    add("format", pick({"png", "png", "webp", "jpeg"}));
    add("height", pick({"32", "48"}));
    add("width", pick({"32", "40"}));
    add("guidance_rescale", pick({"0", "0.7"}));
    add("negative_prompt", pick({"", "blurry, dark"}));
    add("grid", pick({"scheduler=" + schedulers() + ";guidance_scale=1,7.5",
                      "num_inference_steps=2,3,4,2,3;scheduler=Euler a,DDIM",
                      "eta=0,0.25,0.5,0.75,1;scheduler=DDIM,Euler a",
                      "schedule=karras,beta,simple,sgm_uniform,exponential;scheduler=DPM++ 2M SDE,Heun",
                      "seed=" + number(0, 99999) + ",7,18446744073709551615,0,12;rng=cpu,philox",
                      "prompt=\"a sks, in snow\",sks,a sks at night,\"sks; by the sea\",a (sks:1.2);width=32,48"}));
    add("num_inference_steps", pick({"2", "3"}));
    add("clip_skip", pick({"1", "2"}));
    add("prompt_syntax", pick({"webui", "webui", "plain"}));
    const std::string begun = pick({"from noise", "from a picture", "a part of it", "a part of it, closer"});
    if (begun != "from noise") {
      add("init_image", "init.png");
      add("strength", pick({"0.5", "0.8", "1"}));
    }
    if (begun.starts_with("a part")) {
      add("mask", "mask.png");
      add("mask_blur", pick({"0", "2"}));
    }
    if (begun.ends_with("closer")) {
      flags.emplace_back("--inpaint_masked_only");
      add("mask_padding", pick({"0", "6"}));
    }
    if (!begun.starts_with("a part") && random_() % 3 == 0) {
      add("hires_scale", "1.5");
      add("hires_strength", "0.6");
      add("hires_upscaler", pick({"lanczos", "latent"}));
    }
    return flags;
  }

 private:
  std::string pick(const std::vector<std::string>& choices) { return choices[random_() % choices.size()]; }
  std::string number(uint64_t from, uint64_t to) { return std::to_string(from + random_() % (to - from + 1)); }
  std::string schedulers() {
    return pick({"DDIM,Euler,Euler a,Heun,LMS", "DPM2,DPM2 a,DPM++ 2S a,DPM++ 2M,DPM++ SDE",
                 "DPM++ 2M SDE,DPM++ 3M SDE,UniPC,DEIS,Restart", "LCM,TCD,Euler a,DPM++ 2M Karras,k_heun"});
  }
  std::mt19937 random_;
};

TEST_F(GenerateAgain, AHundredPicturesOfRandomSettingsComeBackByteForByte) {
  RandomWishes wishes(20261127);
  write_start();
  size_t pictures = 0;
  for (int run_number = 0; run_number < 10; ++run_number) {
    const auto wish = wishes.next();
    const Json drawn = result(wish);
    ASSERT_EQ(drawn["images"].size(), 10u) << drawn;
    lay_start_beside(drawn);
    for (size_t i = 0; i < 10; ++i) {
      const Json redrawn = again({"--from", file(drawn, i).string(), "--verify"});
      ASSERT_TRUE(redrawn.contains("from")) << redrawn;
      EXPECT_EQ(redrawn["from"], (Json{{"equal", true}, {"largest", 0}, {"mean", 0.0}}));
      EXPECT_EQ(read_file(file(redrawn)), read_file(file(drawn, i))) << drawn["images"][i];
      ++pictures;
    }
  }
  EXPECT_EQ(pictures, 100u);
}

TEST_F(GenerateAgain, StylesAreThoseOfThatTime) {
  const fs::path styles = here_.path() / "mine.csv";
  write_file(styles, "name,prompt,negative_prompt\nink,\"{prompt}, ink\",blurry\n");
  const fs::path picture = file(draw({"--prompt", "a sks", "--style", "ink", "--styles", styles.string()}));
  write_file(styles, "name,prompt,negative_prompt\nink,\"{prompt}, red ink\",\n");
  EXPECT_EQ(again({"--from", picture.string(), "--styles", styles.string()})["prompt_used"], "a sks dog, red ink");
  fs::remove(styles);
  const Json redrawn = again({"--from", picture.string(), "--verify"});
  EXPECT_EQ(redrawn["prompt_used"], "a sks dog, ink");
  EXPECT_EQ(read_file(file(redrawn)), read_file(picture));
}

TEST_F(GenerateAgain, FilesThatAPictureBeganFromAreLookedForBesideIt) {
  write_start();
  const Json drawn = draw({"--prompt", "a sks", "--init_image", "init.png", "--mask", "mask.png"});
  const std::string picture = file(drawn).string();
  EXPECT_TRUE(holds(failure({"--from", picture}, 3), "was made with init.png, which does not lie beside it; put it there, "
                                                     "or name it with --init_image"));
  EXPECT_TRUE(holds(failure({"--from", picture, "--init_image", "init.png"}, 3), "or name it with --mask"));
  EXPECT_EQ(run({"--from", picture, "--print_config"}).code, 0);
  const std::vector<std::string> named = {"--from", picture, "--init_image", "init.png", "--mask", "mask.png", "--verify"};
  EXPECT_EQ(read_file(file(again(named))), read_file(picture));
  lay_start_beside(drawn);
  EXPECT_EQ(read_file(file(again({"--from", picture, "--verify"}))), read_file(picture));
}

TEST_F(GenerateAgain, FlagsOverrideThePictureWhichOverridesTheConfigurationFile) {
  const fs::path picture = file(draw({"--prompt", "a sks", "--seed", "5", "--scheduler", "Euler a"}));
  write_file(here_.path() / "generate.toml", "seed = 9\nguidance_scale = 1\neta = 0.5\n");
  EXPECT_EQ(read_file(file(again({"--from", picture.string(), "--verify"}))), read_file(picture));
  const Json other = again({"--from", picture.string(), "--seed", "6", "--num_images", "2"});
  EXPECT_EQ(other["images"][1]["seed"], 7);
  EXPECT_EQ(other["from"]["equal"], false);
  const Json said = Json::parse(read_picture_text(file(other)).at("big"))["settings"];
  EXPECT_EQ(said["seed"], 6);
  EXPECT_EQ(said["scheduler"], "Euler a");
  EXPECT_TRUE(said["eta"].is_null());
  const ToolRun printed = run({"--from", picture.string(), "--print_config"});
  EXPECT_TRUE(holds(printed.out, "seed = 5  # " + picture.filename().string())) << printed.out;
  EXPECT_TRUE(holds(printed.out, "# eta: the scheduler's")) << printed.out;
}

TEST_F(GenerateAgain, WhatDiffersIsToldByVerify) {
  const fs::path picture = file(draw({"--prompt", "a sks", "--seed", "5"}));
  const std::string error = failure({"--from", picture.string(), "--verify", "--guidance_scale", "2", "--quiet"}, 3);
  EXPECT_TRUE(std::regex_search(error, std::regex("they differ by at most [0-9]+ of 255, [0-9.]+ on average; said "
                                                  "differently: guidance_scale: 3(\\.0)?, now 2")))
      << error;
  // The same words from another model.
  fs::remove(models_.path() / "users/anna/sks");
  fs::create_directories(models_.path() / "users/anna/sks");
  for (const auto& part : fs::directory_iterator(source_dir() / "models/starter")) {
    if (part.path().filename() != "unet") fs::create_symlink(part.path(), models_.path() / "users/anna/sks" / part.path().filename());
  }
  fs::copy(source_dir() / "models/starter/unet", models_.path() / "users/anna/sks/unet", fs::copy_options::recursive);
  std::string weights = read_file(models_.path() / "users/anna/sks/unet/diffusion_pytorch_model.safetensors");
  weights[weights.size() - 2] ^= 0x01;
  write_file(models_.path() / "users/anna/sks/unet/diffusion_pytorch_model.safetensors", weights);
  EXPECT_TRUE(holds(run({"--from", picture.string()}).err, "was made with another model_hash: "));
}

TEST_F(GenerateAgain, APictureOfAWebUiIsDrawnAgain) {
  const std::string settings =
      "Steps: 3, Sampler: DPM++ 2M Karras, CFG scale: 3, Seed: 11, Size: 48x32, Model hash: 0123456789, Model: "
      "starter, Clip skip: 1, RNG: CPU, ENSD: 31337, Version: v1.7.0";
  for (const auto format : {PictureFormat::kPng, PictureFormat::kJpeg, PictureFormat::kWebp}) {
    const fs::path theirs = here_.path() / ("theirs" + file_ending(format));
    write_picture(theirs, Image(48, 32, 9), {format, 95},
                  {{"parameters", "a cat\nNegative prompt: blurry\n" + settings}});
    const ToolRun drawn = run({"--from", theirs.string(), "--json"});
    ASSERT_EQ(drawn.code, 0) << drawn.err << drawn.out;
    EXPECT_TRUE(holds(drawn.err, "made by Automatic1111 v1.7.0 with the model starter")) << drawn.err;
    EXPECT_TRUE(holds(drawn.err, "are not followed: ENSD: 31337")) << drawn.err;
    const Json json = Json::parse(drawn.out);
    EXPECT_EQ(json["target_model"], "pretrained");
    ASSERT_EQ(json["images"].size(), 1u);
    const std::string ours = read_picture_text(file(json)).at("parameters");
    EXPECT_EQ(ours.find("a cat\nNegative prompt: blurry\nSteps: 3, Sampler: DPM++ 2M, Schedule type: Karras, CFG "
                        "scale: 3, Seed: 11, Size: 48x32, "),
              0u)
        << ours;
    EXPECT_TRUE(holds(ours, ", RNG: CPU")) << ours;
  }
}

TEST_F(GenerateAgain, WhatCannotBeMadeAgainIsRefusedInWords) {
  const auto theirs = [&](const std::string& parameters) {
    const fs::path path = here_.path() / "theirs.png";
    write_picture(path, Image(32, 32), {}, {{"parameters", parameters}});
    return path.string();
  };
  EXPECT_TRUE(holds(failure({"--from", theirs("x\nSteps: 2, Sampler: DPM fast, Seed: 1, Size: 32x32, Model: starter"),
                             "--quiet"},
                            2),
                    "scheduler \"DPM fast\" is unknown"));
  EXPECT_TRUE(holds(failure({"--from", theirs("x\nSteps: 2, Sampler: DDIM, Seed: 1, Size: 32x32, Model: dreamy_v8"),
                             "--quiet"},
                            3),
                    "dreamy_v8: there is no such model"));
  EXPECT_TRUE(holds(failure({"--from", theirs("x\nSteps: 2, Sampler: DDIM, Seed: 1, Size: 32x32")}, 2),
                    "does not say which model drew it"));
  EXPECT_TRUE(holds(failure({"--from", "nowhere.png"}, 3), "nowhere.png"));
  EXPECT_TRUE(holds(failure({"--verify", "--prompt", "a sks"}, 2), "name it with --from"));
  EXPECT_TRUE(holds(failure({"--from", theirs("x\nSteps: 2000, Sampler: DDIM, Size: 32x32, Model: starter")}, 3),
                    "'num_inference_steps': '2000' is out of range"));
}

TEST_F(GenerateAgain, PicturesComeInTheFormatThatIsAskedFor) {
  const Image png = read_image(file(draw({"--prompt", "a sks", "--seed", "5"})));
  for (const auto& [name, ending] : {std::pair("jpeg", ".jpg"), {"webp", ".webp"}}) {
    const Json json = draw({"--prompt", "a sks", "--seed", "5", "--format", name, "--quality", "100"});
    EXPECT_EQ(file(json).extension(), ending);
    EXPECT_EQ(fs::path(json["grid"].get<std::string>()).filename(), std::string("grid") + ending);
    EXPECT_EQ(picture_format(file(json)), parse_picture_format(name));
    const PngText text = read_picture_text(file(json));
    EXPECT_EQ(text.at("parameters").find("a sks dog\nSteps: 2, "), 0u) << text.at("parameters");
    const Image image = read_image(file(json));
    EXPECT_EQ(image == png, ending == std::string(".webp"));
    // Drawn again it comes in its own format, equal to the last byte.
    const Json redrawn = again({"--from", file(json).string(), "--verify"});
    EXPECT_EQ(read_file(file(redrawn)), read_file(file(json)));
  }
}

TEST_F(GenerateAgain, TheNoiseOfAGpuIsSaidAsTheWebUisDo) {
  const auto parameters = [&](const std::string& rng) {
    return read_picture_text(file(draw({"--prompt", "a sks", "--seed", "5", "--rng", rng}))).at("parameters");
  };
  EXPECT_TRUE(holds(parameters("philox"), ", RNG: NV, Version"));
  EXPECT_TRUE(holds(parameters("cpu"), ", RNG: CPU, Version"));
}

TEST_F(GenerateAgain, AGridHasAPictureForEachCellAndLabels) {
  const Json json = draw({"--prompt", "a sks", "--seed", "5", "--grid",
                          "scheduler=Euler,DPM++ 2M,DDIM;guidance_scale=1,3;seed=5,6"});
  ASSERT_EQ(json["images"].size(), 12u);
  EXPECT_EQ(json["images"][0]["settings"],
            (Json{{"scheduler", "Euler"}, {"guidance_scale", "1"}, {"seed", "5"}}));
  EXPECT_EQ(json["images"][10]["settings"],
            (Json{{"scheduler", "DPM++ 2M"}, {"guidance_scale", "3"}, {"seed", "6"}}));
  EXPECT_EQ(json["images"][10]["seed"], 6);
  ASSERT_EQ(json["further_grids"].size(), 1u);
  EXPECT_EQ(fs::path(json["further_grids"][0].get<std::string>()).filename(), "grid-2.png");
  // The same picture as drawn alone.
  const Json alone = draw({"--prompt", "a sks", "--seed", "6", "--scheduler", "DPM++ 2M", "--guidance_scale", "3"});
  EXPECT_EQ(read_file(file(alone)), read_file(file(json, 10)));
  const Image sheet = read_image(here_.path() / json["grid"].get<std::string>());
  EXPECT_GT(sheet.width, 3 * 96);
  EXPECT_GT(sheet.height, 2 * 32 + 12);
  // In the lower right corner stands the last cell of the first sheet.
  const Image last = read_image(file(json, 5));
  const int left = sheet.width - 2 - 96 + (96 - 32) / 2, top = sheet.height - 2 - 32;
  EXPECT_TRUE(std::equal(last.at(0, 0), last.at(0, 0) + 3 * 32, sheet.at(left, top)));
}

TEST_F(GenerateAgain, GridsThatCannotBeAreRefusedInWords) {
  const auto refused = [&](const std::string& grid) {
    return failure({"--prompt", "a sks", "--num_inference_steps", "2", "--quiet", "--grid", grid}, 2);
  };
  EXPECT_TRUE(holds(refused("sheduler=Euler"), "did you mean 'scheduler'?"));
  EXPECT_TRUE(holds(refused("scheduler"), "expected NAME=VALUE,VALUE"));
  EXPECT_TRUE(holds(refused("guidance_scale=3,much"), "--grid guidance_scale: 'much' is not a number"));
  EXPECT_TRUE(holds(refused("seed=1;eta=0;rng=cpu;width=32"), "at most 3"));
  EXPECT_TRUE(holds(refused("seed=1;seed=2"), "given twice"));
  EXPECT_TRUE(holds(refused("prompt=\"a"), "not closed"));
  EXPECT_TRUE(holds(refused("threads=1,2"), "nothing that varies"));
  EXPECT_TRUE(holds(refused("identifier=sks,小狗"), "different models"));
  EXPECT_FALSE(fs::exists(here_.path() / "generated_images"));
}

TEST_F(GenerateAgain, PreviewsGoWhenTheirPictureIsThere) {
  const Json json = draw({"--prompt", "a sks", "--num_inference_steps", "4", "--preview_every", "1"});
  const fs::path directory = here_.path() / json["directory"].get<std::string>();
  EXPECT_FALSE(fs::exists(directory / "preview-0.png"));
  // A picture that never ends leaves its preview.
  RunningTool running("generate",
                      {"--models_dir", models_.path().string(), "--user", "anna", "--prompt", "a sks", "--num_images",
                       "1", "--num_inference_steps", "1000", "--preview_every", "1", "--output_dir", "stopped",
                       "--threads", "1"},
                      {here_.path(), {}});
  const auto preview = [&]() -> fs::path {
    std::error_code none;
    for (const auto& entry : fs::recursive_directory_iterator(here_.path() / "stopped", none)) {
      if (entry.path().filename() == "preview-0.png") return entry.path();
    }
    return {};
  };
  for (int i = 0; i < 1000 && preview().empty(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  running.send(SIGINT);
  EXPECT_EQ(running.finish().code, 130);
  ASSERT_FALSE(preview().empty());
  EXPECT_EQ(read_image(preview()).width, 64);
}

TEST_F(GenerateAgain, TheGridIsShownWhereItIsAskedFor) {
  const std::vector<std::string> wish = {"--prompt", "a sks", "--num_images", "1", "--num_inference_steps", "1",
                                         "--quiet",  "--show"};
  const auto shown = [&](const std::string& how) {
    auto arguments = wish;
    arguments.push_back(how);
    return run(arguments).out;
  };
  EXPECT_TRUE(shown("kitty").starts_with("\x1b_G"));
  EXPECT_TRUE(shown("iterm2").starts_with("\x1b]1337;File="));
  EXPECT_TRUE(shown("sixel").starts_with("\x1bP0;1;0q"));
  EXPECT_TRUE(shown("auto").starts_with("generated_images/"));
  auto json = wish;
  json.insert(json.end(), {"kitty", "--json"});
  EXPECT_TRUE(run(json).out.starts_with("{"));
}

}  // namespace
}  // namespace big
