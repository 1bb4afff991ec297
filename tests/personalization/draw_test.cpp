#include "big/personalization/draw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <regex>

#include "big/core/error.h"
#include "big/imaging/png.h"
#include "big/personalization/draw_grid.h"
#include "big/registry/registry.h"
#include "output_folder.h"
#include "picture_metadata.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

namespace fs = std::filesystem;

TEST(OutputFolder, NamesAreThePromptMadeSafe) {
  EXPECT_EQ(prompt_folder_name("a sks, on the beach"), "a-sks-on-the-beach");
  EXPECT_EQ(prompt_folder_name("../etc/x\n\x7fy\xc2\x85z"), ".._etc_x__y_z");
  EXPECT_EQ(prompt_folder_name("naïve 小狗 🐶"), "naïve-小狗-🐶");
}

TEST(OutputFolder, LongNamesAreCutAtACharacter) {
  EXPECT_EQ(prompt_folder_name(std::string(199, 'a') + "é"), std::string(199, 'a'));
  EXPECT_EQ(prompt_folder_name(std::string(198, 'a') + "é!"), std::string(198, 'a') + "é");
}

TEST(OutputFolder, EachRunGetsOneOfItsOwn) {
  TempDir dir;
  const auto parent = dir.path() / "out/sks";
  EXPECT_EQ(make_output_folder(parent, "a sks", 17), parent / "a-sks-17");
  EXPECT_EQ(make_output_folder(parent, "a sks", 17), parent / "a-sks-17-2");
  EXPECT_EQ(make_output_folder(parent, "a sks", 17), parent / "a-sks-17-3");
  EXPECT_TRUE(fs::is_directory(parent / "a-sks-17-3"));
}

TEST(OutputFolder, AFileInTheWayIsTheMachinesFault) {
  TempDir dir;
  std::ofstream(dir.path() / "file") << "x";
  const auto message = error_of<MachineError>([&] { make_output_folder(dir.path() / "file", "a", 1); });
  EXPECT_NE(message.find("--output_dir"), std::string::npos) << message;
}

TEST(PictureMetadata, ParametersAreAsTheWebUisParseThem) {
  DrawOptions options;
  options.generate.num_inference_steps = 25;
  options.generate.guidance_scale = 7;
  options.program_version = "0.1.0";
  DrawPlan plan;
  plan.prompt_used = "a sks dog";
  plan.model_name = "my, model: 1";
  const PictureContext context{{SamplerKind::kDpmSolverPlusPlus2M, ScheduleKind::kKarras},
                               std::string(64, 'e')};
  EXPECT_EQ(picture_text(options, plan, context, Image(64, 48), 9).at("parameters"),
            "a sks dog\nSteps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 9, Size: "
            "64x48, Model "
            "hash: eeeeeeeeee, Model: \"my, model: 1\", RNG: CPU, Version: BIG 0.1.0");
}

/// The fields of the last line by the web UIs' own expression.
std::map<std::string, std::string> fields_of(const std::string& parameters) {
  static const std::regex kField(R"re(\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$))re");
  const std::string line = parameters.substr(parameters.rfind('\n') + 1);
  std::map<std::string, std::string> fields;
  for (std::sregex_iterator at(line.begin(), line.end(), kField), end; at != end; ++at) fields[(*at)[1]] = (*at)[2];
  return fields;
}

TEST(PictureMetadata, EverySamplerAndScheduleComesOutOfTheWebUisExpression) {
  DrawOptions options;
  options.generate.hires.scale = 2;
  DrawPlan plan;
  plan.prompt_used = "a (sks dog:1.2), Steps: 9, Size: 1x1\nSampler: none";
  plan.negative_used = "dark, Seed: 3, Size: 2x2, Steps: 1";
  plan.model_name = "v1-5, \"pruned\": fp16";
  PictureContext context;
  context.first_size = PictureSize{48, 64};
  for (const auto& sampler : sampler_catalog()) {
    for (const auto& schedule : schedule_catalog()) {
      context.sampler = {sampler.kind, schedule.kind};
      const auto fields = fields_of(picture_text(options, plan, context, Image(128, 96), 9).at("parameters"));
      EXPECT_EQ(fields.at("Sampler"), sampler.name);
      const auto read = choose_sampler(fields.at("Sampler"), "", {});
      EXPECT_EQ(read.kind, sampler.kind);
      const auto known = std::ranges::find(schedule_catalog(), fields.at("Schedule type"), &ScheduleInfo::label);
      ASSERT_NE(known, schedule_catalog().end()) << fields.at("Schedule type");
      EXPECT_EQ(resolved_schedule({sampler.kind, known->kind}), resolved_schedule(context.sampler));
      EXPECT_EQ(fields.at("Size"), "64x48");
      EXPECT_EQ(fields.at("Steps"), "50");
      EXPECT_EQ(fields.at("Seed"), "9");
      EXPECT_EQ(Json::parse(fields.at("Model")), plan.model_name);
      EXPECT_EQ(fields.at("Hires upscale"), "2");
    }
  }
}

TEST(PictureMetadata, LorasAndEmbeddingsAreNamedAsTheWebUisDo) {
  DrawOptions options;
  options.program_version = "0.1.0";
  DrawPlan plan;
  plan.prompt_used = "a <toy>";
  PictureContext context;
  context.loras = {{.wish = {"ink", 0.5, 1}, .hash = std::string(64, 'a')},
                   {.wish = {"b:c"}, .hash = "0123456789abcdef"}};
  context.embeddings = {{"<toy>", std::string(64, 'c'), 2}};
  const auto text = picture_text(options, plan, context, Image(8, 8), 0);
  const auto& parameters = text.at("parameters");
  EXPECT_EQ(parameters.find("a <toy> <lora:ink:0.5:1> <lora:b:c:1>\nSteps: "), 0u) << parameters;
  EXPECT_NE(parameters.find(", RNG: CPU, Lora hashes: \"ink: aaaaaaaaaaaa, bc: 0123456789ab\", TI hashes: "
                            "\"<toy>: cccccccccccc\", Version: BIG 0.1.0"),
            std::string::npos)
      << parameters;
  const Json own = Json::parse(text.at("big"));
  EXPECT_EQ(own["loras"][0]["name"], "ink");
  EXPECT_EQ(own["loras"][0]["text_encoder_weight"], 0.5);
  EXPECT_EQ(own["loras"][0]["unet_weight"], 1);
  EXPECT_EQ(own["loras"][0]["hash"], std::string(64, 'a'));
  EXPECT_EQ(own["embeddings"][0]["vectors"], 2);
}

TEST(PictureMetadata, TheNegativePromptHasALineOfItsOwn) {
  DrawOptions options;
  options.generate.guidance_scale = 2.5;
  DrawPlan plan;
  plan.negative_used = "blurry";
  const auto text = picture_text(options, plan, {}, Image(8, 8), 0).at("parameters");
  EXPECT_EQ(text.find("\nNegative prompt: blurry\nSteps: 50, "), 0u) << text;
  EXPECT_NE(text.find("CFG scale: 2.5,"), std::string::npos) << text;
}

TEST(PictureMetadata, SettingsAreKeptWithThePicturesOwnSeed) {
  DrawOptions options;
  options.generate.rng = "philox";
  options.settings = {{"prompt", "a sks"}, {"seed", nullptr}, {"eta", nullptr}};
  const auto text = picture_text(options, {}, {}, Image(8, 8), 12);
  EXPECT_NE(text.at("parameters").find(", RNG: NV, "), std::string::npos) << text.at("parameters");
  EXPECT_EQ(Json::parse(text.at("big"))["settings"], (Json{{"prompt", "a sks"}, {"seed", 12}, {"eta", nullptr}}));
  EXPECT_EQ(Json::parse(picture_text({}, {}, {}, Image(8, 8), 12).at("big"))["settings"], Json::object());
}

TEST(PictureMetadata, ThePromptIsAsTheWebUisReadIt) {
  DrawOptions options;
  options.generate.clip_skip = 2;
  DrawPlan plan;
  plan.prompt_used = "a (sks dog:1.2) AND [cat|snow]";
  plan.negative_used = "[dark:0.5]";
  const auto text = [&] { return picture_text(options, plan, {}, Image(8, 8), 0); };
  const auto parameters = text().at("parameters");
  EXPECT_EQ(parameters.find("a (sks dog:1.2) AND [cat|snow]\nNegative prompt: [dark:0.5]\nSteps: "), 0u)
      << parameters;
  EXPECT_NE(parameters.find(", Clip skip: 2, RNG: CPU"), std::string::npos) << parameters;
  options.generate.prompt_syntax = kPlainSyntax;
  EXPECT_EQ(text()
                .at("parameters")
                .find("a \\(sks dog:1.2\\) AND \\[cat|snow\\]\nNegative prompt: \\[dark:0.5\\]\n"),
            0u);
  EXPECT_EQ(Json::parse(text().at("big"))["prompt_syntax"], "plain");
}

/// Anna's private sks (dog) and the metamodel's sks (house), both of them the starter itself.
class DrawPlanning : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path starter = fs::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models/starter";
    for (const char* model : {"users/anna/sks", "metamodel/versions/1"}) {
      fs::create_directories((dir_.path() / model).parent_path());
      fs::create_directory_symlink(starter, dir_.path() / model);
    }
    update_registry(dir_.path(), [](Registry& registry) {
      Subject dog;
      dog.identifier = "sks";
      dog.category = "dog";
      dog.user = "anna";
      dog.base_hash = "aaaa";
      dog.model_path = "users/anna/sks";
      Subject house = dog;
      house.category = "house";
      house.target = TargetModel::kMeta;
      house.model_path = "metamodel";
      registry.subjects = {dog, house};
      registry.metamodels["meta"].version = "1";
      registry.metamodels["meta"].base_hash = "bbbb";
    });
    options_.user = "anna";
    options_.models_dir = dir_.path();
    options_.project_models = starter.parent_path();
    options_.output_dir = dir_.path() / "out";
  }

  fs::path make_shelf(const std::string& name) {
    fs::create_directories(dir_.path() / name);
    return dir_.path() / name;
  }

  TempDir dir_;
  DrawOptions options_;
};

TEST_F(DrawPlanning, TheCategoryComesFromTheTargetModel) {
  options_.generate.prompt = "a sks";
  EXPECT_EQ(plan_drawing(options_).prompt_used, "a sks dog");
  EXPECT_EQ(plan_drawing(options_).base_hash, "aaaa");
  options_.target = TargetModel::kMeta;
  EXPECT_EQ(plan_drawing(options_).prompt_used, "a sks house");
  EXPECT_EQ(plan_drawing(options_).base_hash, "bbbb");
  EXPECT_EQ(plan_drawing(options_).folder_word, "metamodel");
  options_.target = TargetModel::kPretrained;
  EXPECT_EQ(plan_drawing(options_).prompt_used, "a sks");
}

TEST_F(DrawPlanning, AnIdentifierNeedNotStandInThePrompt) {
  options_.generate.prompt = "in the snow";
  options_.identifier = "sks";
  const DrawPlan plan = plan_drawing(options_);
  EXPECT_EQ(plan.prompt_used, "in the snow");
  EXPECT_EQ(plan.identifiers, std::vector<std::string>{"sks"});
  EXPECT_EQ(plan.categories, std::vector<std::string>{"dog"});
}

TEST_F(DrawPlanning, OtherPeopleDoNotSeeAPrivateSubject) {
  options_.generate.prompt = "a sks";
  options_.user = "bob";
  const auto message = error_of<UsageError>([&] { plan_drawing(options_); });
  EXPECT_NE(message.find("known: nothing taught yet; 'sks' is known in meta (house)"), std::string::npos)
      << message;
}

TEST_F(DrawPlanning, TagsAreTakenOutBeforeIdentifiersAreFound) {
  std::ofstream(make_shelf("loras") / "sks.safetensors") << "x";
  options_.generate.prompt = "a sks <lora:sks:0.5>";
  const DrawPlan plan = plan_drawing(options_);
  EXPECT_EQ(plan.prompt_used, "a sks dog");
  ASSERT_EQ(plan.loras.size(), 1u);
  EXPECT_EQ(plan.loras[0].file, dir_.path() / "loras/sks.safetensors");
  EXPECT_EQ(plan.loras[0].wish.unet_weight, 0.5);
}

TEST_F(DrawPlanning, IdentifiersGetTheirCategoryInsideAllSyntax) {
  for (const auto& [typed, used] :
       std::vector<std::pair<std::string, std::string>>{{"(sks:1.2) on a beach", "(sks dog:1.2) on a beach"},
                                                        {"[sks|cat]", "[sks dog|cat]"},
                                                        {"[sks:cat:0.5]", "[sks dog:cat:0.5]"},
                                                        {"sks AND cat", "sks dog AND cat"},
                                                        {"a cat BREAK sks", "a cat BREAK sks dog"}}) {
    options_.generate.prompt = typed;
    EXPECT_EQ(plan_drawing(options_).prompt_used, used);
  }
}

TEST_F(DrawPlanning, StylesArePutOnBeforeTagsAndIdentifiersAreFound) {
  std::ofstream(dir_.path() / "styles.csv") << "name,prompt,negative_prompt\nink,\"{prompt}, <lora:ink:0.5>, "
                                               "ink\",blurry\nold,old,\"{prompt}, new\"\n";
  std::ofstream(make_shelf("loras") / "ink.safetensors") << "x";
  options_.generate.prompt = "a sks";
  options_.style = {"ink", "old"};
  const DrawPlan plan = plan_drawing(options_);
  EXPECT_EQ(plan.prompt_used, "a sks dog,, ink, old");
  EXPECT_EQ(plan.negative_used, "blurry, new");
  EXPECT_EQ(plan.loras.size(), 1u);
  ASSERT_EQ(plan.styles.size(), 2u);
  EXPECT_EQ(plan.styles[1].negative_prompt, "{prompt}, new");
  // What a picture has kept beats the file, and needs none.
  options_.known_styles = {{"ink", "{prompt} in ink", ""}, {"old", "older", ""}};
  EXPECT_EQ(plan_drawing(options_).prompt_used, "a sks dog in ink, older");
  options_.known_styles.pop_back();
  EXPECT_EQ(plan_drawing(options_).prompt_used, "a sks dog in ink, old");
  options_.style = {"inc"};
  EXPECT_NE(error_of<UsageError>([&] { plan_drawing(options_); }).find("did you mean 'ink'?"),
            std::string::npos);
  options_.styles = dir_.path() / "nowhere.csv";
  EXPECT_THROW(plan_drawing(options_), InputError);
}

TEST_F(DrawPlanning, LorasAreFoundByNameAndByPath) {
  const fs::path shelf = make_shelf("loras");
  std::ofstream(shelf / "ink.safetensors") << "x";
  std::ofstream(shelf / "odd:2.safetensors") << "x";
  fs::create_directories(shelf / "folder");
  std::ofstream(dir_.path() / "other.safetensors") << "x";
  options_.generate.prompt = "a sks";
  options_.loras = {"ink", "ink.safetensors:0.25", "folder:2", "odd:2",
                    (dir_.path() / "other.safetensors").string() + ":-1:1"};
  const auto loras = plan_drawing(options_).loras;
  ASSERT_EQ(loras.size(), 5u);
  const std::vector<fs::path> files = {shelf / "ink.safetensors", shelf / "ink.safetensors", shelf / "folder",
                                       shelf / "odd:2.safetensors", dir_.path() / "other.safetensors"};
  const std::vector<double> weights = {1, 0.25, 2, 1, 1};
  const std::vector<std::string> names = {"ink", "ink", "folder", "odd:2", "other"};
  for (size_t i = 0; i < loras.size(); ++i) {
    EXPECT_EQ(loras[i].file, files[i]);
    EXPECT_EQ(loras[i].wish.unet_weight, weights[i]);
    EXPECT_EQ(loras[i].wish.name, names[i]);
  }
  EXPECT_EQ(loras[4].wish.text_encoder_weight, -1);
}

TEST_F(DrawPlanning, AnUnknownLoraIsRefusedWithTheList) {
  std::ofstream(make_shelf("loras") / "watercolour.safetensors") << "x";
  for (const char* prompt : {"a sks <lora:watercolor:1>", "a sks"}) {
    options_.generate.prompt = prompt;
    const auto message = error_of<InputError>([&] { plan_drawing(options_); });
    EXPECT_NE(message.find("--lora watercolor: there is no such file, did you mean 'watercolour'?"),
              std::string::npos)
        << message;
    options_.loras = {"watercolor:0.5"};
  }
}

TEST_F(DrawPlanning, EmbeddingsAreTakenWhereThePromptNamesThem) {
  const fs::path shelf = make_shelf("embeddings");
  for (const char* name : {"fluffy", "bad hands", "unused"})
    std::ofstream(shelf / (std::string(name) + ".safetensors")) << "x";
  std::ofstream(shelf / "sks.txt") << "x";
  options_.generate.prompt = "a Fluffy sks, notunused";
  options_.generate.negative_prompt = "bad hands";
  const auto names = [&] {
    std::vector<std::string> found;
    for (const auto& one : plan_drawing(options_).embeddings)
      found.push_back(one.file.stem().string() + "=" + one.name);
    return found;
  };
  EXPECT_EQ(names(), (std::vector<std::string>{"bad hands=bad hands", "fluffy=fluffy"}));
  options_.embeddings = {"unused:toy", "fluffy"};
  EXPECT_EQ(names(), (std::vector<std::string>{"unused=toy", "fluffy=", "bad hands=bad hands"}));
  options_.embeddings = {"fluffi"};
  EXPECT_NE(error_of<InputError>([&] { plan_drawing(options_); }).find("did you mean 'fluffy'?"),
            std::string::npos);
}

TEST_F(DrawPlanning, AGridOfDifferentModelsIsRefusedBeforeAnythingIsDrawn) {
  options_.generate.prompt = "a sks";
  GridRequest request{{{"target_model", {"private", "meta"}}}, {}};
  request.cells.push_back({options_, plan_drawing(options_)});
  options_.target = TargetModel::kMeta;
  request.cells.push_back({options_, plan_drawing(options_)});
  const auto message = error_of<UsageError>([&] { draw_grid(request); });
  EXPECT_EQ(message.find("grid: target_model: its cells ask for different models"), 0u) << message;
  EXPECT_FALSE(fs::exists(options_.output_dir));
}

TEST_F(DrawPlanning, AGridsProgressCountsAllCellsAndAStoppedOneSaysHowMany) {
  options_.generate.prompt = "a sks";
  options_.generate.num_images = 2;
  options_.generate.height = options_.generate.width = 32;
  GridRequest request{{{"num_inference_steps", {"1", "2", "3"}}}, {}};
  for (int64_t steps = 1; steps <= 3; ++steps) {
    options_.generate.num_inference_steps = steps;
    request.cells.push_back({options_, plan_drawing(options_)});
  }
  std::vector<int64_t> done;
  const auto count = [&](const Progress& step) {
    EXPECT_EQ(step.total, 12);
    done.push_back(step.done);
  };
  const DrawResult result = draw_grid(request, count);
  EXPECT_EQ(done, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  EXPECT_EQ(result.images.size(), 6u);
  EXPECT_EQ(result.grid.filename(), "grid.png");
  ASSERT_EQ(result.further_grids.size(), 1u);
  EXPECT_TRUE(fs::exists(result.further_grids[0]));
  const auto stop = [](const Progress& step) {
    if (step.done == 5) throw Interrupted(2, "stopped");
  };
  EXPECT_EQ(error_of<Interrupted>([&] { draw_grid(request, stop); }).find("stopped: 3 of 6 pictures were finished"),
            0u);
}

TEST_F(DrawPlanning, AListComesBackInItsOrderWhateverModelsItAsksFor) {
  options_.generate.height = options_.generate.width = 32;
  options_.generate.num_inference_steps = 2;
  std::vector<PlannedDrawing> list;
  for (const auto target : {TargetModel::kPrivate, TargetModel::kMeta, TargetModel::kPrivate}) {
    options_.generate.prompt = "a sks " + std::to_string(list.size());
    options_.generate.num_images = static_cast<int64_t>(list.size()) + 1;
    options_.target = target;
    list.push_back({options_, plan_drawing(options_)});
  }
  std::vector<int64_t> done;
  const auto results = draw_list(list, [&](const Progress& step) {
    EXPECT_EQ(step.total, 12);
    done.push_back(step.done);
  });
  EXPECT_EQ(done, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  ASSERT_EQ(results.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i].images.size(), i + 1);
    EXPECT_EQ(results[i].directory.parent_path(), options_.output_dir / (i == 1 ? "metamodel" : "sks"));
    EXPECT_EQ(results[i].directory.filename().string().find("a-sks-" + std::to_string(i)), 0u);
    EXPECT_TRUE(fs::exists(results[i].grid));
  }
  // The third is of the first one's model, and drawn before the second.
  const auto stop = [](const Progress& step) {
    if (step.done == 9) throw Interrupted(2, "stopped");
  };
  fs::remove_all(options_.output_dir);
  EXPECT_EQ(error_of<Interrupted>([&] { draw_list(list, stop); })
                .find("stopped: 4 of 6 pictures were finished, they are in " + options_.output_dir.string()),
            0u);
  EXPECT_TRUE(fs::is_empty(options_.output_dir / "metamodel"));
}

TEST_F(DrawPlanning, AListIsRefusedWholeWithThePlaceOfItsMistake) {
  options_.generate.prompt = "a sks";
  std::vector<PlannedDrawing> list(2, {options_, plan_drawing(options_), "list.txt:1"});
  list[1].where = "list.txt:2";
  const auto refusal = [&] {
    const auto message = error_of<Error>([&] { draw_list(list); });
    EXPECT_FALSE(fs::exists(options_.output_dir));
    return message;
  };
  list[1].options.generate.width = 33;
  EXPECT_EQ(refusal().find("list.txt:2: width is 33"), 0u) << refusal();
  list[1].options.generate.width = 32;
  list[1].options.generate.scheduler = "Eulr";
  EXPECT_EQ(refusal().find("list.txt:2: scheduler \"Eulr\" is unknown"), 0u) << refusal();
  list[1].options.generate.scheduler.clear();
  list[1].options.generate.num_images = 0;
  EXPECT_EQ(refusal().find("list.txt:2: num_images is 0"), 0u) << refusal();
}

TEST_F(DrawPlanning, AStoppedRunKeepsFinishedPicturesAndSaysWhere) {
  options_.generate.prompt = "a sks";
  options_.generate.num_images = 3;
  options_.generate.num_inference_steps = 2;
  int64_t steps = 0;
  const auto stop_in_the_second = [&](const Progress&) {
    if (++steps == 3) throw Interrupted(2, "stopped");
  };
  const auto message =
      error_of<Interrupted>([&] { draw(options_, plan_drawing(options_), stop_in_the_second); });
  EXPECT_EQ(message.find("stopped: 1 of 3 pictures were finished, they are in "), 0u) << message;
  const fs::path directory = message.substr(message.rfind(' ') + 1);
  EXPECT_TRUE(fs::exists(directory / "generation-0.png"));
  EXPECT_FALSE(fs::exists(directory / "grid.png"));
}

}  // namespace
}  // namespace big
