#include <gtest/gtest.h>

#include <csignal>
#include <regex>
#include <thread>

#include "big/imaging/picture_file.h"
#include "big/imaging/read_image.h"
#include "cli/taught_models.h"

namespace big {
namespace {

namespace fs = std::filesystem;

class GeneratePromptFile : public testing::Test {
 protected:
  void SetUp() override { make_taught_models(models_.path()); }
  std::vector<std::string> small(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(),
                     {"--models_dir", models_.path().string(), "--user", "anna", "--threads", "1", "--height", "32",
                      "--width", "32"});
    return arguments;
  }
  ToolRun run(const std::vector<std::string>& arguments) {
    return run_tool("generate", small(arguments), {here_.path(), {}});
  }
  Json result(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "--log_level", "debug"});
    const ToolRun drawn = run(arguments);
    EXPECT_EQ(drawn.code, 0) << drawn.out << drawn.err;
    log_ = drawn.err;
    return Json::parse(drawn.out, nullptr, false);
  }
  std::string write(const std::string& name, const std::string& text) {
    write_file(here_.path() / name, text);
    return name;
  }
  fs::path file(const Json& wish, size_t i = 0) const {
    return here_.path() / wish["images"][i]["path"].get<std::string>();
  }
  Json settings(const fs::path& picture) const {
    return Json::parse(read_picture_text(picture).at("big"))["settings"];
  }
  int models_loaded() const {
    const std::regex line("model loaded");
    return static_cast<int>(std::distance(std::sregex_iterator(log_.begin(), log_.end(), line), {}));
  }
  std::string failure(const std::vector<std::string>& arguments, int code) {
    auto quiet = arguments;
    quiet.emplace_back("--quiet");
    const ToolRun failed = run(quiet);
    EXPECT_EQ(failed.code, code) << failed.out << failed.err;
    EXPECT_EQ(failed.out, "");
    EXPECT_FALSE(fs::exists(here_.path() / "generated_images"));
    return failed.err;
  }
  static bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

  TempDir models_, here_;
  std::string log_;
};

TEST_F(GeneratePromptFile, EveryLineIsDrawnAsIfItWereAlone) {
  const std::string list = write("prompts.txt", "# mine\na sks, at sea\n\na (sks:1.2) in snow\n");
  const std::vector<std::string> flags = {"--num_inference_steps", "2", "--num_images", "2", "--seed", "5"};
  auto arguments = flags;
  arguments.insert(arguments.end(), {"--prompt_file", list});
  const Json json = result(arguments);
  EXPECT_EQ(models_loaded(), 1);
  ASSERT_EQ(json["prompts"].size(), 2u);
  EXPECT_GT(json["seconds"], 0.0);
  EXPECT_EQ(json["prompts"][1]["prompt"], "a (sks:1.2) in snow");
  EXPECT_EQ(json["prompts"][1]["prompt_used"], "a (sks dog:1.2) in snow");
  EXPECT_TRUE(std::regex_match(json["prompts"][0]["directory"].get<std::string>(),
                               std::regex("generated_images/sks/a-sks-at-sea-[0-9]+")));
  for (const Json& wish : json["prompts"]) {
    ASSERT_EQ(wish["images"].size(), 2u);
    EXPECT_EQ(wish["images"][1]["seed"], 6);
    EXPECT_TRUE(fs::exists(here_.path() / wish["grid"].get<std::string>()));
    auto alone = flags;
    alone.insert(alone.end(), {"--prompt", wish["prompt"].get<std::string>()});
    const Json redrawn = result(alone);
    for (size_t i = 0; i < 2; ++i) EXPECT_EQ(read_file(file(wish, i)), read_file(file(redrawn, i))) << wish;
  }
}

TEST_F(GeneratePromptFile, TablesBringFlagsOfTheirOwnWhichBeatTheCommandLines) {
  fs::create_directories(here_.path() / "lists");
  write_file(here_.path() / "lists/ink.csv", "name,prompt,negative_prompt\nink,\"{prompt}, ink\",\n");
  const std::string list = write("lists/pictures.toml",
                                 "[[picture]]\nprompt = 'a sks'\nseed = 3\nnum_images = 2\n\n"
                                 "[[picture]]\nprompt = 'a vfr'\ntarget_model = 'meta'\nscheduler = 'Euler a'\n\n"
                                 "[[picture]]\nprompt = 'sks'\nstyle = ['ink']\nstyles = 'ink.csv'\nwidth = 48\n"
                                 "format = 'webp'\noutput_dir = 'other'\n");
  write("generate.toml", "guidance_scale = 1\nscheduler = 'Heun'\nprompt = 'passed over'\n");
  const Json json = result({"--prompt_file", list, "--num_inference_steps", "2", "--num_images", "1", "--seed", "9",
                            "--scheduler", "DDIM"});
  ASSERT_EQ(json["prompts"].size(), 3u);
  const Json &first = json["prompts"][0], &second = json["prompts"][1], &third = json["prompts"][2];
  EXPECT_EQ(models_loaded(), 2);  // the first and the third share theirs
  ASSERT_EQ(first["images"].size(), 2u);
  EXPECT_EQ(first["images"][1]["seed"], 4);
  EXPECT_EQ(settings(file(first))["scheduler"], "DDIM");
  EXPECT_EQ(settings(file(first))["guidance_scale"], 1);
  ASSERT_EQ(second["images"].size(), 1u);
  EXPECT_EQ(second["prompt_used"], "a vfr bird");
  EXPECT_EQ(second["target_model"], "meta");
  EXPECT_EQ(second["images"][0]["seed"], 9);
  EXPECT_EQ(settings(file(second))["scheduler"], "Euler a");
  EXPECT_TRUE(second["directory"].get<std::string>().starts_with("generated_images/metamodel/a-vfr-"));
  EXPECT_EQ(third["prompt_used"], "sks dog, ink");
  EXPECT_EQ(settings(file(third))["scheduler"], "DDIM");
  EXPECT_EQ(file(third).extension(), ".webp");
  EXPECT_TRUE(fs::equivalent(file(third).parent_path().parent_path(), here_.path() / "lists/other/sks"))
      << file(third);
  EXPECT_EQ(read_image(file(third)).width, 48);
  EXPECT_EQ(read_image(file(first)).width, 32);
  for (const Json& wish : json["prompts"]) {
    const ToolRun redrawn = run_tool("generate",
                                     {"--models_dir", models_.path().string(), "--user", "anna", "--threads", "1",
                                      "--from", file(wish).string(), "--verify"},
                                     {here_.path(), {}});
    EXPECT_EQ(redrawn.code, 0) << redrawn.err;
  }
}

TEST_F(GeneratePromptFile, WithoutASeedEachPromptHasOneOfItsOwn) {
  const Json json = result({"--prompt_file", write("prompts.txt", "a sks\na sks\n"), "--num_inference_steps", "1",
                            "--num_images", "1"});
  ASSERT_EQ(json["prompts"].size(), 2u);
  EXPECT_NE(json["prompts"][0]["images"][0]["seed"], json["prompts"][1]["images"][0]["seed"]);
  EXPECT_NE(json["prompts"][0]["directory"], json["prompts"][1]["directory"]);
}

TEST_F(GeneratePromptFile, TheTextNamesEveryPicture) {
  const ToolRun drawn = run({"--prompt_file", write("prompts.txt", "a sks\nsks\n"), "--num_inference_steps", "1",
                             "--num_images", "1", "--seed", "4", "--quiet"});
  EXPECT_TRUE(std::regex_match(drawn.out, std::regex("generated_images/sks/a-sks-[0-9]+/generation-0.png  \\(seed "
                                                     "4\\)\n[^\n]*/grid.png\ngenerated_images/sks/sks-[0-9]+/"
                                                     "generation-0.png  \\(seed 4\\)\n[^\n]*/grid.png\n")))
      << drawn.out;
  EXPECT_EQ(drawn.err, "");
}

TEST_F(GeneratePromptFile, MistakesAreFoundBeforeAnythingIsDrawnAndSaidWithTheirLine) {
  const auto refused = [&](const std::string& own, int code) {
    return failure({"--prompt_file", write("p.toml", "[[picture]]\nprompt = 'a sks'\n[[picture]]\n" + own)}, code);
  };
  EXPECT_TRUE(holds(refused("prompt = 'a cat'\n", 2), "p.toml:3: the prompt names no identifier"));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\nstep = 2\n", 2), "p.toml:5: 'step' is no key of generate"));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\nseed = 'x'\n", 3), "p.toml:5: 'seed': 'x' is not"));
  EXPECT_TRUE(holds(refused("seed = 2\n", 3), "p.toml:3: holds no 'prompt'"));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\nthreads = 2\n", 2), "p.toml:3: 'threads' counts for the whole run"));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\nfrom = 'x.png'\n", 2), "'from' is a flag only"));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\nwidth = 33\n", 2), "p.toml:3: width is 33"));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\nscheduler = 'Eulr'\n", 2), "p.toml:3: "));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\ninit_image = 'p.toml'\n", 3), "p.toml:3: "));
  EXPECT_TRUE(holds(refused("prompt = 'sks'\nlora = 'none'\n", 3), "p.toml:3: --lora none: there is no such file"));
  EXPECT_TRUE(holds(refused("[other]\n", 3), "found 'other', expected a table [[picture]]"));
  EXPECT_TRUE(holds(failure({"--prompt_file", write("p.txt", "a sks\na cat\n")}, 2), "p.txt:2: the prompt names no"));
  EXPECT_TRUE(holds(failure({"--prompt_file", write("p.txt", "# none\n")}, 3), "holds no prompt"));
  EXPECT_TRUE(holds(failure({"--prompt_file", "nowhere.txt"}, 3), "nowhere.txt"));
}

TEST_F(GeneratePromptFile, WhatElseSaysWhatToDrawIsRefused) {
  const std::string list = write("p.txt", "a sks\n");
  const auto refused = [&](const std::string& flag, const std::string& value) {
    return failure({"--prompt_file", list, flag, value}, 2);
  };
  EXPECT_TRUE(holds(refused("--prompt", "a sks"), "leave --prompt out"));
  EXPECT_TRUE(holds(refused("--from", "picture.png"), "--prompt_file and --from both"));
  EXPECT_TRUE(holds(refused("--grid", "seed=1,2"), "--grid varies the settings of one prompt"));
  write("generate.toml", "grid = 'seed=1,2'\n");
  EXPECT_TRUE(holds(failure({"--prompt_file", list}, 2), "--grid varies the settings of one prompt"));
  fs::remove(here_.path() / "generate.toml");
  EXPECT_EQ(run({"--prompt_file", list, "--print_config"}).code, 0);
}

TEST_F(GeneratePromptFile, AStoppedRunCountsThePicturesOfAllPrompts) {
  const std::string list =
      write("p.toml", "[[picture]]\nprompt = 'a sks'\n[[picture]]\nprompt = 'sks'\nnum_inference_steps = 1000\n");
  RunningTool running("generate",
                      small({"--prompt_file", list, "--num_images", "2", "--num_inference_steps", "1",
                             "--preview_every", "1"}),
                      {here_.path(), {}});
  const auto second_began = [&] {
    std::error_code none;
    size_t previews = 0;
    for (const auto& entry : fs::recursive_directory_iterator(here_.path() / "generated_images", none))
      previews += entry.path().filename() == "preview-0.png";
    return previews > 0;
  };
  for (int i = 0; i < 3000 && !second_began(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  running.send(SIGINT);
  const ToolRun stopped = running.finish();
  EXPECT_EQ(stopped.code, 130);
  EXPECT_TRUE(holds(stopped.err, "stopped: 2 of 4 pictures were finished, they are in generated_images"))
      << stopped.err;
}

}  // namespace
}  // namespace big
