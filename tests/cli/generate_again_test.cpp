#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <regex>
#include <thread>

#include "big/imaging/picture_file.h"
#include "big/imaging/read_image.h"
#include "cli/generate_again.h"

namespace big {
namespace {

namespace fs = std::filesystem;

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
