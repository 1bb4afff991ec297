#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "cli/taught_models.h"
#include "weights/raw_file.h"

namespace big {
namespace {

namespace fs = std::filesystem;

class Generate : public testing::Test {
 protected:
  void SetUp() override { make_taught_models(models_.path()); }
  /// Two steps as anna, in a folder of the test's own.
  ToolRun run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--models_dir", models_.path().string(), "--user", "anna",
                                         "--num_inference_steps", "2", "--threads", "1"});
    return run_tool("generate", arguments, {here_.path(), {}});
  }
  Json draw(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const ToolRun drawn = run(arguments);
    EXPECT_EQ(drawn.code, 0) << drawn.out << drawn.err;
    return Json::parse(drawn.out);
  }
  fs::path file(const Json& json, size_t i) const {
    return here_.path() / json["images"][i]["path"].get<std::string>();
  }
  std::string failure(const std::vector<std::string>& arguments, int code) {
    const ToolRun failed = run(arguments);
    EXPECT_EQ(failed.code, code);
    EXPECT_EQ(failed.out, "");
    return failed.err;
  }

  TempDir models_, here_;
};

TEST_F(Generate, APrivateSubjectIsDrawnIntoAFolderOfItsOwn) {
  const Json json = draw({"--prompt", "a sks, on the/beach 🐶", "--num_images", "2", "--seed", "5"});
  const std::string directory = json["directory"];
  EXPECT_TRUE(std::regex_match(directory, std::regex("generated_images/sks/a-sks-on-the_beach-🐶-[0-9]+")))
      << directory;
  EXPECT_EQ(json["prompt"], "a sks, on the/beach 🐶");
  EXPECT_EQ(json["prompt_used"], "a sks dog, on the/beach 🐶");
  EXPECT_EQ(json["identifiers"], Json{"sks"});
  EXPECT_EQ(json["target_model"], "private");
  EXPECT_EQ(json["grid"], directory + "/grid.png");
  EXPECT_GT(json["seconds"], 0.0);
  ASSERT_EQ(json["images"].size(), 2u);
  EXPECT_EQ(json["images"][1], (Json{{"path", directory + "/generation-1.png"}, {"seed", 6}}));
  for (size_t i = 0; i < 2; ++i) {
    const Image picture = read_image(file(json, i));
    EXPECT_EQ(picture.width, 64);
    EXPECT_EQ(picture.height, 64);
  }
  EXPECT_GT(read_image(here_.path() / json["grid"].get<std::string>()).width, 128);
}

TEST_F(Generate, PicturesTellHowTheyWereMade) {
  const Json json = draw({"--prompt", "a 小狗", "--negative_prompt", "blurry", "--num_images", "1", "--seed",
                          "5", "--guidance_scale", "2.5", "--scheduler", "dpm++ 2m karras", "--width", "48"});
  const PngText text = read_png_text(file(json, 0));
  EXPECT_TRUE(std::regex_match(text.at("parameters"),
                               std::regex("a 小狗 naïve cat\nNegative prompt: blurry\nSteps: 2, Sampler: "
                                          "DPM\\+\\+ 2M, Schedule type: Karras, CFG "
                                          "scale: 2.5, Seed: 5, Size: 48x64, Model hash: [0-9a-f]{10}, "
                                          "Model: 小狗, RNG: CPU, Version: BIG [0-9.]+")))
      << text.at("parameters");
  const Json big = Json::parse(text.at("big"));
  EXPECT_EQ(big["identifier"], "小狗");
  EXPECT_EQ(big["category"], "naïve cat");
  EXPECT_EQ(big["target_model"], "private");
  EXPECT_EQ(big["base_hash"], std::string(64, 'a'));
  EXPECT_EQ(big["model_hash"].get<std::string>().size(), 64u);
  EXPECT_EQ(big["prompt"], "a 小狗");
  EXPECT_EQ(big["prompt_used"], "a 小狗 naïve cat");
  EXPECT_EQ(text.size(), 2u);
}

TEST_F(Generate, PicturesTellTheirScheduleEtaAndRescaledGuidance) {
  const auto parameters = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--prompt", "a sks", "--num_images", "1", "--seed", "5"});
    return read_png_text(file(draw(arguments), 0)).at("parameters");
  };
  const auto beta = parameters({"--scheduler", "Euler a", "--schedule", "beta", "--eta", "0.5"});
  EXPECT_NE(beta.find("Sampler: Euler a, Schedule type: Beta, CFG scale"), std::string::npos) << beta;
  EXPECT_NE(beta.find(", Eta: 0.5, RNG: CPU"), std::string::npos) << beta;
  const auto ddim = parameters({"--scheduler", "DDIM", "--eta", "1", "--guidance_rescale", "0.7"});
  EXPECT_NE(ddim.find("Sampler: DDIM, Schedule type: Automatic, CFG scale"), std::string::npos) << ddim;
  EXPECT_NE(ddim.find(", Eta DDIM: 1, CFG Rescale: 0.7, RNG: CPU"), std::string::npos) << ddim;
}

TEST_F(Generate, SchedulersAreListed) {
  const ToolRun text = run({"--list_schedulers"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(
      std::regex_search(text.out, std::regex("DPM\\+\\+ 2M +DPMSolverMultistepScheduler +all +karras")))
      << text.out;
  EXPECT_TRUE(std::regex_search(text.out, std::regex("align_your_steps +Align Your Steps"))) << text.out;
  const Json json = Json::parse(run({"--list_schedulers", "--json"}).out);
  EXPECT_GE(json["schedulers"].size(), 20u);
  EXPECT_EQ(json["schedulers"][0], (Json{{"name", "DDIM"},
                                         {"diffusers", "DDIMScheduler"},
                                         {"aliases", Json::array()},
                                         {"schedules", {"uniform"}},
                                         {"automatic", "uniform"},
                                         {"eta", 0.0}}));
  EXPECT_EQ(json["schedules"].size(), 10u);
  // Every name that is listed can be asked for.
  for (const auto& scheduler : json["schedulers"]) {
    if (scheduler["name"] == "PLMS") continue;  // not for the starter's zero terminal SNR
    draw({"--prompt", "a sks", "--num_images", "1", "--height", "32", "--width", "32", "--scheduler",
          scheduler["name"].get<std::string>()});
  }
}

TEST_F(Generate, SchedulersThatCannotBeAreRefusedInWords) {
  const auto refused = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--prompt", "a sks", "--quiet"});
    return failure(arguments, 2);
  };
  EXPECT_NE(refused({"--scheduler", "PLMS"}).find("zero terminal SNR"), std::string::npos);
  EXPECT_NE(refused({"--scheduler", "DDIM", "--schedule", "karras"}).find("the model's own timesteps"),
            std::string::npos);
  EXPECT_NE(refused({"--scheduler", "Euler", "--eta", "0.5"}).find("Euler takes no fresh noise"),
            std::string::npos);
  EXPECT_NE(refused({"--schedule", "kerras"}).find("did you mean \"karras\""), std::string::npos);
}

TEST_F(Generate, TheSameCommandGivesTheSameBytes) {
  const std::vector<std::string> command = {"--prompt", "a sks", "--num_images", "2",
                                            "--seed",   "9",     "--scheduler",  "Euler a"};
  const Json first = draw(command), second = draw(command);
  EXPECT_NE(first["directory"], second["directory"]);
  for (size_t i = 0; i < 2; ++i) EXPECT_EQ(read_file(file(first, i)), read_file(file(second, i)));
  EXPECT_NE(read_file(file(first, 0)), read_file(file(first, 1)));
}

TEST_F(Generate, APictureAloneEqualsTheOneInABatch) {
  const Json batch = draw({"--prompt", "a sks", "--num_images", "3", "--batch_size", "3", "--seed", "20",
                           "--scheduler", "Euler a"});
  const Json alone =
      draw({"--prompt", "a sks", "--num_images", "1", "--seed", "22", "--scheduler", "Euler a"});
  const Image a = read_image(file(batch, 2)), b = read_image(file(alone, 0));
  ASSERT_EQ(a.pixels.size(), b.pixels.size());
  int largest = 0;
  for (size_t i = 0; i < a.pixels.size(); ++i)
    largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
  EXPECT_LE(largest, 1);
  EXPECT_NE(read_image(file(batch, 1)), b);
}

/// A safetensors file with numbers of fp32.
std::string numbers(size_t count, float value) {
  std::string bytes;
  for (size_t i = 0; i < count; ++i) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  return bytes;
}

TEST_F(Generate, LorasAndEmbeddingsAreAppliedAndNoted) {
  const fs::path loras = models_.path() / "loras", embeddings = models_.path() / "embeddings";
  fs::create_directories(loras);
  fs::create_directories(embeddings);
  fs::rename(
      write_raw(
          here_.path(),
          R"({"lora_unet_conv_in.lora_down.weight":{"dtype":"F32","shape":[1,4,3,3],"data_offsets":[0,144]},)"
          R"("lora_unet_conv_in.lora_up.weight":{"dtype":"F32","shape":[64,1,1,1],"data_offsets":[144,400]}})",
          numbers(36 + 64, 0.05F)),
      loras / "ink.safetensors");
  fs::rename(
      write_raw(here_.path(), R"({"emb_params":{"dtype":"F32","shape":[1,192],"data_offsets":[0,768]}})",
                numbers(192, 0.5F)),
      embeddings / "fluffy.safetensors");
  const std::vector<std::string> common = {"--num_images", "1", "--seed", "3", "--prompt"};
  const auto picture = [&](const std::string& prompt, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = common;
    arguments.push_back(prompt);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return file(draw(arguments), 0);
  };
  const fs::path plain = picture("a sks", {}), tagged = picture("a sks<lora:ink:0.5>", {});
  const fs::path flagged = picture("a sks", {"--lora", "ink:0.5"});
  EXPECT_NE(read_image(plain), read_image(tagged));
  EXPECT_EQ(read_image(flagged), read_image(tagged));
  const std::string parameters = read_png_text(tagged).at("parameters");
  EXPECT_EQ(parameters.find("a sks dog <lora:ink:0.5>\n"), 0u) << parameters;
  EXPECT_TRUE(std::regex_search(parameters, std::regex(", Lora hashes: \"ink: [0-9a-f]{12}\", Version")))
      << parameters;
  EXPECT_EQ(Json::parse(read_png_text(tagged).at("big"))["loras"][0]["name"], "ink");

  const fs::path fluffy = picture("a fluffy sks", {});
  EXPECT_NE(read_png_text(fluffy).at("parameters").find("TI hashes: \"fluffy: "), std::string::npos);
  const ToolRun said = run({"--prompt", "a fluffy sks <lora:ink>", "--num_images", "1"});
  EXPECT_NE(said.err.find("LoRA <lora:ink:1> from "), std::string::npos) << said.err;
  EXPECT_NE(said.err.find("embedding 'fluffy' from "), std::string::npos) << said.err;
}

TEST_F(Generate, ALoraThatDoesNotFitIsRefusedOrPassedOver) {
  fs::create_directories(models_.path() / "loras");
  const auto sdxl = models_.path() / "loras/sdxl.safetensors";
  fs::rename(
      write_raw(
          here_.path(),
          R"({"lora_te2_text_model_encoder_layers_0_mlp_fc1.alpha":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
          numbers(1, 1)),
      sdxl);
  const std::string error = failure({"--prompt", "a sks", "--lora", "sdxl", "--quiet"}, 3);
  EXPECT_NE(error.find("1 of 1 keys name no layer of this model: lora_te2_"), std::string::npos) << error;
  EXPECT_NE(error.find("a LoRA for SDXL"), std::string::npos) << error;
  failure({"--prompt", "a sks", "--lora", "sdxl", "--lora_ignore_unmatched", "--quiet"}, 3);
  failure({"--prompt", "a sks", "--lora", "nowhere", "--quiet"}, 3);
  failure({"--prompt", "a sks <lora:sdxl:much>", "--quiet"}, 2);
  failure({"--prompt", "a sks", "--embedding", "nowhere", "--quiet"}, 3);
}

TEST_F(Generate, PromptsAreReadAsTheWebUisDo) {
  const auto one = [&](const std::string& prompt, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"--prompt", prompt, "--num_images", "1", "--seed", "3"});
    return draw(more);
  };
  const auto picture = [&](const std::string& prompt, const std::vector<std::string>& more = {}) {
    return read_image(file(one(prompt, more), 0));
  };
  const Image plain = picture("a sks");
  EXPECT_EQ(picture("a (sks:1)"), plain);
  EXPECT_NE(picture("a (sks:1.4)"), plain);
  EXPECT_NE(picture("a sks AND snow"), plain);
  EXPECT_NE(picture("a (sks:1.4)", {"--prompt_syntax", "plain"}), picture("a (sks:1.4)"));
  EXPECT_NE(picture("a sks", {"--clip_skip", "2"}), plain);
  const Json json = one("a (sks:1.2), [snow|rain] BREAK by the sea", {"--clip_skip", "2"});
  EXPECT_EQ(json["prompt_used"], "a (sks dog:1.2), [snow|rain] BREAK by the sea");
  const std::string parameters = read_png_text(file(json, 0)).at("parameters");
  EXPECT_EQ(parameters.find("a (sks dog:1.2), [snow|rain] BREAK by the sea\nSteps: 2, "), 0u) << parameters;
  EXPECT_NE(parameters.find(", Clip skip: 2, "), std::string::npos) << parameters;
  EXPECT_NE(failure({"--prompt", "a sks", "--clip_skip", "3", "--quiet"}, 2)
                .find("expected 1 (the last layer) to 2"),
            std::string::npos);
}

TEST_F(Generate, StylesArePutOnThePrompts) {
  write_file(here_.path() / "mine.csv", "name,prompt,negative_prompt\nink,\"{prompt}, ink\",blurry\n");
  const Json json =
      draw({"--prompt", "a sks", "--style", "ink", "--styles", "mine.csv", "--num_images", "1"});
  EXPECT_EQ(json["prompt"], "a sks");
  EXPECT_EQ(json["prompt_used"], "a sks dog, ink");
  const std::string parameters = read_png_text(file(json, 0)).at("parameters");
  EXPECT_EQ(parameters.find("a sks dog, ink\nNegative prompt: blurry\n"), 0u) << parameters;
  EXPECT_NE(
      failure({"--prompt", "a sks", "--style", "inc", "--styles", "mine.csv"}, 2).find("did you mean 'ink'?"),
      std::string::npos);
  EXPECT_NE(failure({"--prompt", "a sks", "--style", "ink"}, 3).find("styles.csv: there is no such file"),
            std::string::npos);
}

TEST_F(Generate, EveryTargetModelHasItsFolder) {
  const std::vector<std::string> one = {"--num_images", "1", "--seed", "1"};
  const auto folder_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), one.begin(), one.end());
    const Json json = draw(arguments);
    return std::make_pair(fs::path(json["directory"].get<std::string>()).parent_path().string(),
                          json["prompt_used"].get<std::string>());
  };
  using Pair = std::pair<std::string, std::string>;
  EXPECT_EQ(folder_of({"--prompt", "vfr in (sks:1.2)", "--target_model", "meta"}),
            Pair("generated_images/metamodel", "vfr bird in (sks house:1.2)"));
  EXPECT_EQ(folder_of({"--prompt", "qkz toy", "--target_model", "private_meta"}),
            Pair("generated_images/private_metamodel", "qkz toy"));
  EXPECT_EQ(folder_of({"--prompt", "a sks", "--target_model", "pretrained"}),
            Pair("generated_images/pretrained", "a sks"));
  EXPECT_EQ(
      folder_of({"--prompt", "on the beach", "--object_style_identifier", "sks", "--output_dir", "out"}),
      Pair("out/sks", "on the beach"));
}

TEST_F(Generate, TextOutputNamesPicturesAndSeeds) {
  const ToolRun drawn = run({"--prompt", "a sks", "--num_images", "1"});
  EXPECT_TRUE(
      std::regex_match(drawn.out, std::regex("(generated_images/sks/a-sks-[0-9]+)/generation-0.png  \\(seed "
                                             "[0-9]+\\)\n\\1/grid.png\n")))
      << drawn.out;
  EXPECT_NE(drawn.err.find("drawing 1 picture of \"a sks dog\" with private (sks), 2 steps, seed "),
            std::string::npos)
      << drawn.err;
  EXPECT_EQ(run({"--prompt", "a sks", "--num_images", "1", "--quiet"}).err, "");
}

TEST_F(Generate, APromptWithoutOneSubjectIsRefusedWithTheList) {
  const std::string list = "; known: sks (dog), 小狗 (naïve cat)";
  EXPECT_EQ(
      failure({"--prompt", "a dog"}, 2),
      "error: the prompt names no identifier of target model private (name one in it, or give --identifier)" +
          list + "\n");
  EXPECT_EQ(failure({"--prompt", "sks and 小狗"}, 2),
            "error: the prompt names sks and 小狗, but a private model knows one subject (give --identifier, "
            "or teach them "
            "to a metamodel)" +
                list + "\n");
  EXPECT_EQ(failure({"--prompt", "a dog", "--identifier", "skz"}, 2),
            "error: no identifier 'skz' in private, did you mean 'sks'?" + list + "\n");
  EXPECT_NE(failure({"--prompt", "a qkz"}, 2).find("'qkz' is known in private_meta (toy), not in private"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(here_.path() / "generated_images"));
}

TEST_F(Generate, AMetamodelBeforeAnythingWasTaughtIsRefused) {
  TempDir empty;
  const ToolRun run = run_tool(
      "generate", {"--prompt", "a sks", "--target_model", "meta", "--models_dir", empty.path().string()});
  EXPECT_EQ(run.code, 2);
  EXPECT_NE(run.err.find("taught nothing yet"), std::string::npos) << run.err;
}

TEST_F(Generate, WrongSizesNameTheNearestTwoAndLeaveNothing) {
  EXPECT_NE(failure({"--prompt", "a sks", "--height", "65", "--quiet"}, 2).find("64 or 68"),
            std::string::npos);
  EXPECT_FALSE(fs::exists(here_.path() / "generated_images"));
}

TEST_F(Generate, WishesThatContradictOrMissAreRefused) {
  EXPECT_EQ(failure({}, 2), "error: say what to draw: generate --prompt TEXT [options]\n");
  EXPECT_EQ(failure({"--prompt", "a sks", "--identifier", "sks", "--object_style_identifier", "sks"}, 2),
            "error: --identifier and --object_style_identifier are the same value: give one of them\n");
  EXPECT_EQ(failure({"--prompt", "a sks", "--num_images", "0"}, 2),
            "error: --num_images: '0' is out of range, expected a whole number from 1 to 100000\n");
  EXPECT_NE(failure({"--prompt", "a sks", "--scheduler", "DPM+ 2M", "--quiet"}, 2).find("DPM++ 2M"),
            std::string::npos);
  EXPECT_NE(failure({"--prompt", "x", "--target_model", "pretrained", "--pretrained_model", "stater"}, 3)
                .find("starter"),
            std::string::npos);
}

TEST_F(Generate, DefaultsOfTheModelAreOverlaidAndShown) {
  write_file(here_.path() / "generate.toml", "prompt = 'a sks'\nguidance_scale = 4\n");
  const ToolRun printed = run_tool(
      "generate",
      {"--models_dir", models_.path().string(), "--user", "anna", "--print_config", "--num_images", "2"},
      {here_.path(), {}});
  EXPECT_EQ(printed.code, 0) << printed.err;
  for (const char* line : {"prompt = \"a sks\"  # generate.toml\n", "guidance_scale = 4  # generate.toml\n",
                           "num_images = 2  # command line\n", "num_inference_steps = 25  # sks/big.json\n",
                           "batch_size = 1  # default\n", "# seed: random\n"}) {
    EXPECT_NE(printed.out.find(line), std::string::npos) << line << printed.out;
  }
  write_file(here_.path() / "again.toml", printed.out);
  const Json json = draw({"--config", "again.toml"});
  EXPECT_EQ(json["images"].size(), 2u);
}

TEST_F(Generate, ANegativePromptOfTheModelIsDrawnWith) {
  const fs::path base = models_.path() / "gloomy";
  fs::create_directories(base);
  for (const auto& part : fs::directory_iterator(source_dir() / "models/starter")) {
    if (part.path().filename() != "big.json") fs::create_symlink(part.path(), base / part.path().filename());
  }
  write_file(base / "big.json", R"({"negative_prompt": "bright"})");
  const Json json = draw({"--prompt", "a cat", "--target_model", "pretrained", "--pretrained_model", "gloomy",
                          "--num_images", "1", "--height", "32", "--width", "32"});
  const std::string parameters = read_png_text(file(json, 0)).at("parameters");
  EXPECT_EQ(parameters.find("a cat\nNegative prompt: bright\n"), 0u) << parameters;
}

TEST_F(Generate, WorksFromAnyFolderWithTheProjectsModels) {
  const ToolRun drawn = run_tool("generate",
                                 {"--prompt", "a cat", "--target_model", "pretrained", "--num_images", "1",
                                  "--num_inference_steps", "1", "--json"},
                                 {here_.path(), {}});
  EXPECT_EQ(drawn.code, 0) << drawn.out;
  EXPECT_TRUE(fs::exists(file(Json::parse(drawn.out), 0)));
}

}  // namespace
}  // namespace big
