#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "cli/taught_models.h"

namespace big {
namespace {

namespace fs = std::filesystem;

class Finetune : public testing::Test {
 protected:
  ToolRun run(const std::string& tool, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--models_dir", models_.path().string(), "--user", "anna"});
    return run_tool(tool, arguments, {here_.path(), {}});
  }
  std::string failure(const std::vector<std::string>& arguments, int code) {
    const ToolRun failed = run("finetune", arguments);
    EXPECT_EQ(failed.code, code);
    EXPECT_EQ(failed.out, "");
    return failed.err;
  }
  /// Few and small steps: what is learned does not matter here.
  std::vector<std::string> quick(std::vector<std::string> more) const {
    std::vector<std::string> all = {photos_, "--category",         "teddy bear", "--max_train_steps",
                                    "2",     "--num_class_images", "1",          "--seed",
                                    "3",     "--threads",          "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  const std::string photos_ = (source_dir() / "examples/drawn").string();
  TempDir models_, here_;
};

TEST_F(Finetune, WishesThatMissOrContradictAreRefused) {
  EXPECT_EQ(failure({"--category", "dog"}, 2),
            "error: say which folder holds the photos: finetune PHOTOS --category WORDS [options]\n");
  EXPECT_EQ(failure({photos_}, 2), "error: say what the subject is, for example --category dog\n");
  EXPECT_EQ(failure({photos_, "--path_to_instance_images", photos_, "--category", "dog"}, 2),
            "error: --path_to_instance_images and PHOTOS are the same value: give one of them\n");
  EXPECT_EQ(failure({"--remove", "sks", "--reset"}, 2),
            "error: --remove and --reset are different things: give one of them\n");
  EXPECT_EQ(failure({photos_, "--category", "dog", "--target_model", "pretrained"}, 2),
            "error: --target_model: 'pretrained' is none of private, private_meta, meta\n");
  EXPECT_EQ(failure({photos_, "--category", "dog", "--learning_rate", "2"}, 2),
            "error: --learning_rate: '2' is out of range, expected a number from 0 to 1\n");
  EXPECT_NE(failure({photos_, "--category", "../dog"}, 2).find("category"), std::string::npos);
  EXPECT_NE(failure({photos_, "--category", "dog", "--identifier", "a b"}, 2).find("identifier"),
            std::string::npos);
  EXPECT_EQ(failure({photos_, "--category", "dog", "--keep", "best"}, 2),
            "error: --keep best and --early_stop go by what is measured: give --validation_steps too\n");
  EXPECT_NE(failure({"nowhere", "--category", "dog"}, 3).find("nowhere"), std::string::npos);
}

TEST_F(Finetune, DeletingNeedsAYes) {
  make_taught_models(models_.path());
  const std::string registry = read_file(models_.path() / "registry.json");
  EXPECT_EQ(failure({"--remove", "sks"}, 2),
            "error: Delete 'sks' (dog) of private (anna)? Nobody is there to answer: say --yes, or run it in "
            "a terminal\n");
  EXPECT_EQ(failure({"--reset", "--target_model", "meta"}, 2)
                .find("error: Delete the whole meta with all its subjects"),
            0u);
  EXPECT_EQ(read_file(models_.path() / "registry.json"), registry);
  EXPECT_NE(failure({"--remove", "nope", "--yes"}, 2).find("sks"), std::string::npos);
  EXPECT_EQ(failure({"--reset", "--yes"}, 2).find("error: "), 0u);
}

TEST_F(Finetune, DefaultsOfTheBaseAreOverlaidAndShown) {
  write_file(here_.path() / "finetune.toml",
             "learning_rate = 1e-5\npath_to_instance_images = 'dog photos'\n");
  const ToolRun printed =
      run("finetune", {"--print_config", "--max_train_steps", "7", "--category", "naïve 小狗"});
  EXPECT_EQ(printed.code, 0) << printed.err;
  for (const std::string& line :
       {std::string("learning_rate = 1e-05  # finetune.toml\n"),
        std::string("max_train_steps = 7  # command line\n"),
        std::string("resolution = 64  # starter/big.json\n"),
        std::string("prior_loss_weight = 1  # starter/big.json\n"),
        std::string("gradient_checkpointing = false  # default\n"),
        std::string("category = \"naïve 小狗\"  # command line\n"),
        "path_to_instance_images = \"" + (fs::canonical(here_.path()) / "dog photos").string() +
            "\"  # finetune.toml\n",
        std::string("# identifier: the best unused one\n")}) {
    EXPECT_NE(printed.out.find(line), std::string::npos) << line << printed.out;
  }
  fs::remove(here_.path() / "finetune.toml");
  write_file(here_.path() / "other/again.toml", printed.out);
  const ToolRun again = run("finetune", {"--print_config", "--config", "other/again.toml"});
  EXPECT_NE(again.out.find("category = \"naïve 小狗\"  # again.toml\n"), std::string::npos)
      << again.out << again.err;
}

TEST_F(Finetune, ADryRunSaysWhatWouldBeDoneAndDoesNothing) {
  const ToolRun text = run("finetune", quick({"--dry_run"}));
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_EQ(text.out.find("Nothing was done (--dry_run). It would teach 'sks' in about "), 0u) << text.out;
  EXPECT_FALSE(fs::exists(models_.path() / "registry.json"));
  EXPECT_FALSE(fs::exists(models_.path() / "users/anna/sks"));
}

TEST_F(Finetune, ADryRunShowsWhatIsWrongWithThePhotosAndWhatIsLearnedOfThem) {
  const fs::path folder = here_.path() / "twice";
  fs::copy(photos_, folder);
  fs::copy_file(folder / "00.png", folder / "again.png");
  const std::vector<std::string> flags = {folder.string(), "--category", "toy", "--num_class_images", "1",
                                          "--dry_run"};
  const ToolRun text = run("finetune", flags);
  ASSERT_EQ(text.code, 0) << text.err;
  const std::string line = "00.png, again.png: are the same picture; keep one of them";
  EXPECT_NE(text.out.find("\nPhotos: 7 used, 0 skipped, "), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("\n  " + line), std::string::npos) << text.out;
  EXPECT_NE(text.err.find(line), std::string::npos) << text.err;
  const size_t sheet = text.out.find("\nWhat is learned of each: ");
  ASSERT_NE(sheet, std::string::npos) << text.out;

  std::vector<std::string> as_json = flags;
  as_json.push_back("--json");
  const Json json = Json::parse(run("finetune", as_json).out);
  const Json& finding = json["photo_findings"].at(0);
  EXPECT_EQ(finding["kind"], "exact_duplicate");
  EXPECT_EQ(finding["photos"], (Json{(folder / "00.png").string(), (folder / "again.png").string()}));
  EXPECT_EQ(finding["reason"], "are the same picture");
  EXPECT_FALSE(finding["advice"].get<std::string>().empty());
  EXPECT_TRUE(fs::exists(json["contact_sheet"].get<std::string>()));
  EXPECT_NE(text.out.find(json["contact_sheet"].get<std::string>()), std::string::npos);
}

TEST_F(Finetune, WordsAreSuggestedAndNothingIsTaught) {
  const ToolRun table = run("finetune", {"--suggest", "3", "--category", "dog"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_EQ(table.out.find("Free identifiers, best first (score: 0 to 1):\n  identifier  score  why\n  sks "), 0u)
      << table.out;
  EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 5);

  const Json json = Json::parse(run("finetune", {"--suggest", "3", "--json", "--target_model", "meta"}).out);
  ASSERT_EQ(json["suggestions"].size(), 3u);
  EXPECT_EQ(json["suggestions"][0]["identifier"], "sks");
  for (const auto& suggestion : json["suggestions"]) {
    EXPECT_TRUE(suggestion["score"].is_number());
    EXPECT_TRUE(suggestion["reason"].is_string());
  }
  EXPECT_FALSE(fs::exists(models_.path() / "registry.json"));

  write_file(here_.path() / "words.txt", "vfr\nsksbrc\n");
  EXPECT_NE(failure({"--suggest", "3", "--identifier_list", "words.txt"}, 3).find("words.txt line 2: "),
            std::string::npos);
}

TEST_F(Finetune, ASubjectIsTaughtDrawnListedAndRemoved) {
  const ToolRun taught = run("finetune", quick({"--json"}));
  ASSERT_EQ(taught.code, 0) << taught.out << taught.err;
  const Json json = Json::parse(taught.out);
  EXPECT_EQ(json["identifier"], "sks");
  EXPECT_EQ(json["category"], "teddy bear");
  EXPECT_EQ(json["user"], "anna");
  EXPECT_EQ(json["target_model"], "private");
  EXPECT_EQ(json["base"]["name"], "starter");
  EXPECT_EQ(json["base"]["hash"].get<std::string>().size(), 64u);
  EXPECT_EQ(json["steps"], 2);
  EXPECT_EQ(json["seed"], 3);
  EXPECT_GT(json["seconds"], 0.0);
  EXPECT_GT(json["final_loss"], 0.0);
  EXPECT_GE(json["photos_used"].size(), 5u);
  EXPECT_TRUE(json["photos_skipped"].is_array());
  EXPECT_EQ(json["class_images"], (Json{{"reused", 0}, {"drawn", 1}}));
  const fs::path model = json["model_path"].get<std::string>();
  EXPECT_TRUE(fs::exists(model / "model_index.json"));
  EXPECT_TRUE(fs::exists(model / "train.log"));
  EXPECT_EQ(json["report"], (model / "report.html").string());
  EXPECT_TRUE(fs::exists(model / "report.html"));
  EXPECT_EQ(json["kept_step"], 2);
  EXPECT_TRUE(json["measured"].is_null());
  const std::string command = Json::parse(read_file(model / "run.json"))["command"];
  EXPECT_EQ(command.find("finetune --path_to_instance_images=" + photos_), 0u) << command;
  EXPECT_NE(command.find(" --category='teddy bear'"), std::string::npos) << command;
  EXPECT_TRUE(command.ends_with(" --identifier=sks --overwrite")) << command;
  EXPECT_NE(command.find(" --user=anna --seed=3 --threads="), std::string::npos) << command;

  const ToolRun second = run("finetune", quick({"--identifier", "vfr"}));
  EXPECT_EQ(second.out.find("Finetuning was successful. The identifier for the object is 'vfr'.\n"), 0u)
      << second.err;
  EXPECT_NE(second.out.find("\n  generate --prompt \"a vfr\" --models_dir " + models_.path().string() +
                            " --user anna\n"),
            std::string::npos)
      << second.out;

  EXPECT_EQ(
      run("list_identifiers", {"--json"}).out,
      "{\"private\":{\"sks\":\"teddy bear\",\"vfr\":\"teddy bear\"},\"private_meta\":{},\"meta\":{}}\n");
  const ToolRun drawn =
      run("generate", {"--prompt", "a sks", "--num_images", "1", "--num_inference_steps", "1", "--json"});
  EXPECT_EQ(Json::parse(drawn.out)["prompt_used"], "a sks teddy bear") << drawn.out;
  EXPECT_EQ(run("finetune", {"--remove", "sks", "--yes", "--json"}).out,
            "{\"removed\":\"sks\",\"target_model\":\"private\",\"user\":\"anna\"}\n");
  EXPECT_EQ(run("list_identifiers", {"--json"}).out,
            "{\"private\":{\"vfr\":\"teddy bear\"},\"private_meta\":{},\"meta\":{}}\n");
}

TEST_F(Finetune, AMetamodelGoesBackToAVersion) {
  const auto weights = [&] {
    return read_file(models_.path() / "metamodel/versions/1/unet/diffusion_pytorch_model.safetensors");
  };
  const auto wish = quick({"--target_model", "meta", "--prior_loss_weight", "0", "--gate", "off", "--quiet"});
  ASSERT_EQ(run("finetune", wish).code, 0);
  const auto first = weights();
  ASSERT_EQ(run("finetune", wish).code, 0);
  const Json listed = Json::parse(run("list_identifiers", {"--versions", "--json"}).out)["meta"];
  ASSERT_EQ(listed.size(), 2u);
  EXPECT_EQ(listed[0]["identifiers"].size(), 1u);
  EXPECT_EQ(listed[1]["identifiers"].size(), 2u);
  const std::string forgotten = listed[1]["identifiers"][1];

  const std::vector<std::string> back = {"--target_model", "meta", "--rollback", "1"};
  EXPECT_NE(failure(back, 2).find("--yes"), std::string::npos) << "a question that nobody answers";
  auto sure = back;
  sure.insert(sure.end(), {"--yes", "--json"});
  EXPECT_EQ(run("finetune", sure).out, "{\"version\":1,\"target_model\":\"meta\",\"user\":\"anna\",\"identifiers\":[\"" +
                                           listed[0]["identifiers"][0].get<std::string>() +
                                           "\"],\"forgotten\":[\"" + forgotten + "\"]}\n");
  EXPECT_EQ(weights(), first);
  const auto next = run("finetune", quick({"--target_model", "meta", "--prior_loss_weight", "0", "--gate", "off", "--json"}));
  EXPECT_NE(Json::parse(next.out)["identifier"], forgotten) << "never given again";
  EXPECT_NE(failure({"--rollback", "1", "--yes"}, 2).find("has no versions"), std::string::npos);
  EXPECT_NE(failure({"--rollback", "1", "--reset", "--yes"}, 2).find("different things"), std::string::npos);
}

TEST_F(Finetune, AMetamodelIsCheckedWithNothingKeptOfItToo) {
  EXPECT_NE(failure({"--check"}, 2).find("--target_model meta or private_meta"), std::string::npos);
  EXPECT_NE(failure({"--check", "--target_model", "meta"}, 2).find("taught nothing yet"), std::string::npos);
  make_taught_models(models_.path());
  const ToolRun checked = run("finetune", {"--check", "--target_model", "meta", "--num_validation_images", "1", "--json",
                                           "--threads", "1"});
  ASSERT_EQ(checked.code, 0) << checked.err;
  const Json said = Json::parse(checked.out);
  ASSERT_EQ(said["subjects"].size(), 2u);
  EXPECT_EQ(said["subjects"][0], (Json{{"identifier", "vfr"},
                                       {"category", "bird"},
                                       {"user", "bob"},
                                       {"date", "2026-11-25T10:00:00Z"},
                                       {"known", "not measured"},
                                       {"identity", nullptr},
                                       {"margin", nullptr},
                                       {"nearest", nullptr}}));
  EXPECT_EQ(said["classes"][1], (Json{{"category", "house"}, {"drift", nullptr}}));
  EXPECT_NE(checked.err.find("'starter' is another model by now"), std::string::npos) << checked.err;
  EXPECT_NE(checked.err.find("drawing the subjects"), std::string::npos) << "a bar";
  EXPECT_TRUE(fs::exists(said["page"].get<std::string>()));
}

TEST_F(Finetune, AUserIsHandedOutAndForgotten) {
  const auto meta = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--target_model", "meta", "--prior_loss_weight", "0", "--quiet"});
    return quick(more);
  };
  ASSERT_EQ(run("finetune", quick({"--identifier", "vfr", "--prior_loss_weight", "0", "--quiet"})).code, 0);
  ASSERT_EQ(run("finetune", meta({"--identifier", "sks", "--gate", "off"})).code, 0);
  EXPECT_NE(failure(meta({"--max_subjects", "1"}), 2).find("holds 1 subjects of user 'anna'"), std::string::npos);
  // Updates of no length teach nothing: the run is refused and leaves its log and report.
  EXPECT_EQ(run("finetune", meta({"--identifier", "brc", "--gate", "strict", "--learning_rate", "0"})).code, 5);
  ASSERT_TRUE(fs::exists(models_.path() / "cache/logs/meta/brc.report.html"));

  const std::string out = (here_.path() / "out").string();
  EXPECT_NE(failure({"--export_user", "anna"}, 2).find("--export_user NAME DIR"), std::string::npos);
  const ToolRun copied = run("finetune", {"--export_user", "anna", out, "--json", "--quiet"});
  ASSERT_EQ(copied.code, 0) << copied.err;
  EXPECT_EQ(Json::parse(copied.out)["meta"], Json{"sks"});
  for (const char* part : {"model_index.json", "unet/diffusion_pytorch_model.safetensors", "vae/config.json"})
    EXPECT_EQ(read_file(out + "/private/vfr/" + part), read_file(models_.path() / "users/anna/vfr" / part)) << part;
  EXPECT_TRUE(fs::exists(out + "/meta/photos/sks/0000.png"));
  EXPECT_TRUE(fs::exists(out + "/meta/runs/1/report.html"));
  EXPECT_TRUE(fs::exists(out + "/unfinished/meta/brc.report.html"));
  EXPECT_NE(failure({"--export_user", "anna", out}, 2).find("is there already"), std::string::npos);

  EXPECT_NE(failure({"--forget_user", "anna"}, 2).find("Delete everything of user 'anna' (private: vfr; meta: sks; "),
            std::string::npos);
  const ToolRun gone = run("finetune", {"--forget_user", "anna", "--yes", "--json"});
  ASSERT_EQ(gone.code, 0) << gone.err;
  const Json said = Json::parse(gone.out);
  EXPECT_EQ(said["forgotten"], "anna");
  EXPECT_EQ(said["private"], Json{"vfr"});
  EXPECT_EQ(said["unfinished"], Json{"brc"});
  for (const auto& entry : fs::recursive_directory_iterator(models_.path())) {
    const bool text = entry.is_regular_file() && entry.file_size() < 4 << 20;
    EXPECT_EQ(entry.path().lexically_relative(models_.path()).string().find("anna"), std::string::npos) << entry.path();
    if (text) EXPECT_EQ(read_file(entry.path()).find("anna"), std::string::npos) << entry.path();
  }
  EXPECT_FALSE(fs::exists(models_.path() / "metamodel/photos/sks"));
  EXPECT_NE(failure(meta({"--identifier", "sks", "--gate", "off"}), 2).find("never given again"), std::string::npos);
}

TEST_F(Finetune, ASingleFileIsTaughtAndSavedAsOne) {
  const fs::path base = fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references/sd1/single.safetensors";
  fs::create_directories(models_.path());
  fs::copy_file(base, models_.path() / "tiny.safetensors");
  const std::vector<std::string> wish = quick({"--pretrained_model", "tiny.safetensors", "--resolution", "64",
                                               "--max_train_steps=1", "--prior_loss_weight", "0", "--save",
                                               "diffusers,single_file", "--save_dtype", "fp16", "--json"});
  std::vector<std::string> once(wish);
  once.erase(once.begin() + 3, once.begin() + 5);  // quick()'s own --max_train_steps
  const ToolRun first = run("finetune", once);
  ASSERT_EQ(first.code, 0) << first.out << first.err;
  const Json json = Json::parse(first.out);
  EXPECT_EQ(json["base"]["name"], "tiny");
  EXPECT_NE(first.err.find("making a diffusers folder of "), std::string::npos) << first.err;
  const fs::path saved = json["saved"]["single_file"].get<std::string>();
  EXPECT_EQ(saved.parent_path(), json["model_path"].get<std::string>());
  const Json facts =
      Json::parse(run_tool("big_models", {"inspect", saved.string(), "--json"}, {here_.path(), {}}).out);
  EXPECT_EQ(facts["parts"]["unet"]["dtypes"].begin().key(), "fp16");
  EXPECT_EQ(facts["trigger_words"], Json{json["identifier"].get<std::string>() + " teddy bear"});

  const ToolRun second = run("finetune", once);
  EXPECT_EQ(second.code, 0) << second.err;
  EXPECT_EQ(second.err.find("making a diffusers folder of "), std::string::npos)
      << "the folder is used again";
  for (const auto& entry : fs::directory_iterator(models_.path() / "cache" / "converted"))
    EXPECT_EQ(entry.path().filename().string().size(), 16u) << entry.path();
}

TEST_F(Finetune, ADryRunMakesNoFolderOfASingleFile) {
  const fs::path references = fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references/sd1";
  const auto dry = [&](const std::string& base, std::vector<std::string> more) {
    more.insert(more.end(), {"--dry_run", "--json", "--resolution", "64", "--pretrained_model", base});
    const ToolRun done = run("finetune", quick(more));
    EXPECT_EQ(done.code, 0) << done.out << done.err;
    EXPECT_FALSE(fs::exists(models_.path() / "cache/converted"));
    EXPECT_FALSE(fs::exists(models_.path() / "cache/class_images"));
    return Json::parse(done.out);
  };
  const std::string single = (references / "single.safetensors").string(), folder = (references / "model").string();
  const Json plan = dry(single, {}), of_folder = dry(folder, {});
  EXPECT_EQ(plan["identifier"], of_folder["identifier"]);
  EXPECT_EQ(plan["predicted"]["memory_bytes"], of_folder["predicted"]["memory_bytes"]);
  EXPECT_GT(plan["predicted"]["disk_bytes"], of_folder["predicted"]["disk_bytes"]) << "the folder would be made first";
  dry(single, {"--vae", (references / "model/vae").string()});
}

TEST_F(Finetune, KeptExtrasComeBackInTheSingleFile) {
  const fs::path base = fs::path(std::getenv("BIG_TEST_BINARY_DIR")) / "references/sd1/single.ckpt";
  const ToolRun taught =
      run("finetune", quick({"--pretrained_model", base.string(), "--resolution", "64", "--prior_loss_weight", "0",
                             "--save", "single_file", "--keep_extra", "--json"}));
  ASSERT_EQ(taught.code, 0) << taught.out << taught.err;
  const std::string saved = Json::parse(taught.out)["saved"]["single_file"];
  const Json facts = Json::parse(run_tool("big_models", {"inspect", saved, "--json"}, {here_.path(), {}}).out);
  const auto extra = facts["extra"].get<std::vector<std::string>>();
  EXPECT_NE(std::find(extra.begin(), extra.end(), "betas"), extra.end()) << facts["extra"];
  for (const auto& name : extra) EXPECT_FALSE(name.starts_with("model_ema.")) << name;
}

TEST_F(Finetune, WhatCannotBeSavedSoIsRefusedBeforeItIsTaught) {
  EXPECT_NE(failure(quick({"--save", "kohya", "--quiet"}), 2).find("kohya and peft are forms of a LoRA"),
            std::string::npos);
  EXPECT_NE(failure(quick({"--save", "single_file", "--quiet"}), 3).find("is not CLIP's"), std::string::npos);
}

}  // namespace
}  // namespace big
