#include "cli/option_table.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/log.h"
#include "cli/run_tool.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

/// A tool with an option of every kind.
struct Sample {
  std::string prompt, scheduler, base = "starter";
  std::filesystem::path photos;
  int64_t steps = 300;
  uint64_t seed = 0;
  double rate = 1e-6;
  bool crop = true, fast = false;
  TargetModel target = TargetModel::kPrivate;
  OptionTable table{{"sample", "a sample", "sample [options]", {"sample --steps 3"}}};

  Sample() {
    table.add("G", "prompt", "words", &prompt).alias("text");
    table.add("G", "scheduler", "name", &scheduler).unset("the model's");
    table.add("G", "base", "model", &base).name_or_path().personal();
    table.add("G", "photos", "folder", &photos).positional("PHOTOS").personal();
    table.add("G", "steps", "number", &steps).range(1, 1000);
    table.add("G", "seed", "number", &seed).personal().unset("random");
    table.add("G", "rate", "number", &rate).range(0, 1);
    table.add("G", "crop", "whether", &crop);
    table.add("G", "fast", "whether", &fast);
    table.add("G", "target_model", "which", &target).choices({"private", "meta"});
    table.add("H", "wipe", "an action", &wipe).flag_only();
  }
  bool wipe = false;
  TempDir dir;

  std::string usage_error(const std::vector<std::string>& arguments) {
    return error_of<UsageError>([&] { table.read_flags(arguments); });
  }
  /// Reads `text` as the file sample.toml.
  void config(const std::string& text) {
    write_file(dir.path() / "sample.toml", text);
    table.read_config(dir.path() / "sample.toml");
  }
};

TEST(OptionTable, FlagsOfEveryKindReachTheirFields) {
  Sample s;
  s.table.read_flags({"--prompt", "a sks, -- here", "--steps=12", "--seed", "18446744073709551615", "--rate",
                      "1e-3", "--crop=false", "--fast", "--target_model", "meta", "my photos", "--base",
                      "./m"});
  EXPECT_EQ(s.prompt, "a sks, -- here");
  EXPECT_EQ(s.steps, 12);
  EXPECT_EQ(s.seed, 18446744073709551615u);
  EXPECT_DOUBLE_EQ(s.rate, 1e-3);
  EXPECT_FALSE(s.crop);
  EXPECT_TRUE(s.fast);
  EXPECT_EQ(s.target, TargetModel::kMeta);
  EXPECT_EQ(s.photos, "my photos");
  EXPECT_EQ(s.base, "./m");
}

TEST(OptionTable, ValuesMayBeEmptyOrLookLikeFlags) {
  Sample s;
  s.table.read_flags({"--prompt=", "--scheduler", "--fast"});
  EXPECT_EQ(s.prompt, "");
  EXPECT_TRUE(s.table.given("prompt"));
  EXPECT_EQ(s.scheduler, "--fast");
  EXPECT_FALSE(s.fast);
  Sample brackets;
  brackets.table.read_flags({"--prompt", "[sks:1.2]"});
  EXPECT_EQ(brackets.prompt, "[sks:1.2]");
}

TEST(OptionTable, UnknownFlagsNameTheNearest) {
  EXPECT_EQ(Sample().usage_error({"--step", "3"}), "unknown flag '--step'; did you mean '--steps'?");
  EXPECT_EQ(Sample().usage_error({"--schedular=DDIM"}),
            "unknown flag '--schedular'; did you mean '--scheduler'?");
  EXPECT_EQ(Sample().usage_error({"--zzzzzzzzzz"}), "unknown flag '--zzzzzzzzzz'; see sample --help");
  EXPECT_EQ(Sample().usage_error({"-s"}), "unknown flag '-s'; see sample --help");
}

TEST(OptionTable, StrayArgumentsAreExplained) {
  EXPECT_EQ(Sample().usage_error({"photos", "more"}),
            "unexpected argument 'more' (a value with spaces needs quotes; see sample --help)");
  EXPECT_EQ(Sample().usage_error({"p", "--fast", "false"}),
            "unexpected argument 'false'; a boolean is written --name=false");
}

/// A tool that takes a list.
struct ListSample {
  std::vector<std::string> styles;
  OptionTable table{{"sample", "a sample", "sample [options]", {}}};
  TempDir dir;
  ListSample() { table.add("G", "style", "a style; several times for several", &styles).name_or_path(); }
  void config(const std::string& text) {
    write_file(dir.path() / "sample.toml", text);
    table.read_config(dir.path() / "sample.toml");
  }
};

TEST(OptionTable, AListTakesItsFlagSeveralTimes) {
  ListSample s;
  s.table.read_flags({"--style", "ink:0.5", "--style=a, b"});
  EXPECT_EQ(s.styles, (std::vector<std::string>{"ink:0.5", "a, b"}));
  s.config("style = ['pencil']");
  EXPECT_EQ(s.styles.size(), 2u) << "flags win";
  EXPECT_NE(s.table.print_config().find("style = [\"ink:0.5\", \"a, b\"]  # command line"),
            std::string::npos);
  EXPECT_EQ(s.table.config_json()["config"]["style"]["value"], (OrderedJson{"ink:0.5", "a, b"}));
}

TEST(OptionTable, AListIsAnArrayOrOneTextInAFile) {
  ListSample many, one, none;
  many.config("style = ['ink', 'folder/x:2']");
  EXPECT_EQ(many.styles, (std::vector<std::string>{"ink", (many.dir.path() / "folder/x:2").string()}));
  ListSample again;
  again.config(many.table.print_config());
  EXPECT_EQ(again.styles, many.styles);
  one.config("style = 'ink'");
  EXPECT_EQ(one.styles, std::vector<std::string>{"ink"});
  none.config("style = []");
  EXPECT_TRUE(none.styles.empty());
  EXPECT_NE(none.table.print_config().find("style = []  # sample.toml"), std::string::npos);
}

TEST(OptionTable, OtherThingsInAListAreRefused) {
  for (const char* text : {"style = 3", "style = ['a', 3]", "style = [['a']]", "style = {a = 1}"}) {
    ListSample s;
    EXPECT_NE(error_of<InputError>([&] { s.config(text); }).find("sample.toml:1: 'style': "),
              std::string::npos)
        << text;
  }
  Sample plain;
  EXPECT_NE(error_of<InputError>([&] { plain.config("steps = [1]"); }).find("'an array' is not"),
            std::string::npos);
}

TEST(OptionTable, AValueGivenTwiceIsRefused) {
  EXPECT_EQ(Sample().usage_error({"photos", "--photos", "other"}),
            "--photos and PHOTOS are the same value: give one of them");
  EXPECT_EQ(Sample().usage_error({"--prompt", "a", "--text", "a"}),
            "--prompt and --text are the same value: give one of them");
  EXPECT_EQ(Sample().usage_error({"--steps", "1", "--steps", "2"}), "--steps is given twice");
  Sample s;
  EXPECT_NE(error_of<UsageError>([&] { s.config("prompt = 'a'\ntext = 'b'"); }).find("are the same value"),
            std::string::npos);
}

TEST(OptionTable, WrongValuesSayWhatIsExpected) {
  EXPECT_EQ(Sample().usage_error({"--steps", "many"}),
            "--steps: 'many' is not a whole number from 1 to 1000");
  EXPECT_EQ(Sample().usage_error({"--steps", "3.5"}), "--steps: '3.5' is not a whole number from 1 to 1000");
  EXPECT_EQ(Sample().usage_error({"--steps", "0"}),
            "--steps: '0' is out of range, expected a whole number from 1 to 1000");
  EXPECT_EQ(Sample().usage_error({"--seed", "-1"}),
            "--seed: '-1' is not a whole number from 0 to 18446744073709551615");
  EXPECT_EQ(Sample().usage_error({"--rate", "nan"}), "--rate: 'nan' is not a number from 0 to 1");
  EXPECT_EQ(Sample().usage_error({"--fast=maybe"}), "--fast: 'maybe' is neither true nor false");
  EXPECT_EQ(Sample().usage_error({"--target_model", "metta"}),
            "--target_model: 'metta' is none of private, meta; did you mean 'meta'?");
  EXPECT_EQ(Sample().usage_error({"--prompt", "\xff"}), "--prompt: the value is not valid UTF-8");
  EXPECT_EQ(Sample().usage_error({"--steps"}), "--steps: a value is missing");
}

TEST(OptionTable, FlagBeatsFileBeatsBigJsonBeatsDefault) {
  Sample s;
  write_file(s.dir.path() / "base/big.json",
             R"({"steps": 1, "rate": 0.25, "scheduler": "DDIM", "fast": true})");
  s.table.read_flags({"--steps", "3"});
  s.config("steps = 2\nrate = 0.5");
  s.table.overlay_base(s.dir.path() / "base");
  EXPECT_EQ(s.steps, 3);
  EXPECT_DOUBLE_EQ(s.rate, 0.5);
  EXPECT_EQ(s.scheduler, "DDIM");
  EXPECT_TRUE(s.fast);
  EXPECT_TRUE(s.crop);
  EXPECT_EQ(s.table.option("steps").source(), "command line");
  EXPECT_EQ(s.table.option("rate").source(), "sample.toml");
  EXPECT_EQ(s.table.option("scheduler").source(), "base/big.json");
  EXPECT_EQ(s.table.option("crop").source(), "default");
}

TEST(OptionTable, DefaultsForAMethodWinOverTheOthers) {
  Sample s;
  write_file(s.dir.path() / "base/big.json",
             R"({"steps": 1, "rate": 0.25, "methods": {"quick": {"rate": 0.5, "fast": true}, "odd": 3}})");
  s.table.overlay_base_method(s.dir.path() / "base", "slow");
  EXPECT_FALSE(s.table.given("rate"));
  s.table.overlay_base_method(s.dir.path() / "base", "quick");
  s.table.settle("rate", 0.75, "--method quick");
  s.table.overlay_base(s.dir.path() / "base");
  EXPECT_DOUBLE_EQ(s.rate, 0.5);
  EXPECT_TRUE(s.fast);
  EXPECT_EQ(s.steps, 1);
  EXPECT_EQ(s.table.option("rate").source(), "base/big.json for quick");
  EXPECT_NE(error_of<InputError>([&] { s.table.overlay_base_method(s.dir.path() / "base", "odd"); })
                .find("'methods': 'odd': expected an object"),
            std::string::npos);
}

TEST(OptionTable, ADefaultMayDependOnOtherOptions) {
  Sample given, not_given;
  given.table.read_flags({"--rate", "0.5"});
  for (Sample* s : {&given, &not_given}) {
    write_file(s->dir.path() / "base/big.json", R"({"rate": 0.25})");
    s->table.settle("rate", 1e-4, "--fast");
    s->table.overlay_base(s->dir.path() / "base");
  }
  EXPECT_DOUBLE_EQ(given.rate, 0.5);
  EXPECT_DOUBLE_EQ(not_given.rate, 1e-4);
  EXPECT_EQ(not_given.table.option("rate").source(), "--fast");
}

TEST(OptionTable, BigJsonCannotSetWhatIsPersonal) {
  Sample s;
  set_log_level(LogLevel::kOff);
  write_file(s.dir.path() / "big.json",
             R"({"seed": 5, "photos": "/etc", "wipe": true, "of_a_newer_version": [1]})");
  s.table.overlay_base(s.dir.path());
  set_log_level(LogLevel::kInfo);
  EXPECT_FALSE(s.table.given("seed"));
  EXPECT_TRUE(s.photos.empty());
  EXPECT_FALSE(s.wipe);
}

TEST(OptionTable, BigJsonWithAWrongValueNamesItsKey) {
  Sample s;
  write_file(s.dir.path() / "big.json", R"({"steps": "many"})");
  const auto message = error_of<InputError>([&] { s.table.overlay_base(s.dir.path()); });
  EXPECT_NE(message.find("big.json: 'steps': 'many' is not a whole number"), std::string::npos) << message;
}

TEST(OptionTable, APictureBeatsTheFileAndIsBeatenByFlags) {
  Sample s;
  s.table.read_flags({"--steps", "5"});
  const auto settings = OrderedJson::parse(
      R"({"steps":7,"rate":0.5,"scheduler":null,"seed":18446744073709551615,"photos":"cats","newer":[1],"odd":null})");
  EXPECT_EQ(s.table.overlay_picture(settings, "drawn/a.png"), std::vector<std::string>{"newer: [1]"});
  s.config("steps = 6\nrate = 0.25\nscheduler = 'DDIM'\nseed = 3\nprompt = 'a dog'\n");
  EXPECT_EQ(s.steps, 5);
  EXPECT_DOUBLE_EQ(s.rate, 0.5);
  EXPECT_EQ(s.scheduler, "");
  EXPECT_EQ(s.seed, 18446744073709551615U);
  EXPECT_EQ(s.prompt, "a dog");
  EXPECT_EQ(s.photos, std::filesystem::path("drawn/cats"));
  EXPECT_TRUE(s.table.given("scheduler"));
  const std::string printed = s.table.print_config();
  EXPECT_NE(printed.find("rate = 0.5  # a.png\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("# scheduler: the model's\n"), std::string::npos) << printed;
}

TEST(OptionTable, APictureWithAWrongValueNamesItsSetting) {
  Sample s;
  const auto error = [&](const char* settings) {
    return error_of<InputError>([&] { s.table.overlay_picture(OrderedJson::parse(settings), "a.png"); });
  };
  EXPECT_EQ(error(R"({"steps":"many"})"), "a.png: 'steps': 'many' is not a whole number from 1 to 1000");
  EXPECT_EQ(error(R"({"steps":1001})"),
            "a.png: 'steps': '1001' is out of range, expected a whole number from 1 to 1000");
  EXPECT_EQ(error(R"({"prompt":["a"]})"), "a.png: 'prompt': '[\"a\"]' is not text (put it between quotes)");
}

TEST(OptionTable, PicturesRecordWhatHasAPartInThemWithoutFolders) {
  Sample s;
  s.table.option("fast").unrecorded();
  std::vector<std::string> loras;
  s.table.add("G", "lora", "files", &loras).name_or_path();
  s.table.read_flags({"--photos", "my/cats", "--base", "/models/mine", "--seed", "7", "--lora", "a/ink:0.5", "--lora",
                      "sepia", "--prompt", "a/b"});
  EXPECT_EQ(s.table.recorded_settings().dump(),
            R"({"prompt":"a/b","scheduler":null,"base":"mine","photos":"cats","steps":300,"seed":7,"rate":1e-06,)"
            R"("crop":true,"target_model":"private","lora":["ink:0.5","sepia"]})");
  Sample nothing;
  EXPECT_TRUE(nothing.table.recorded_settings()["photos"].is_null());  // "" is no path to read back
  nothing.table.overlay_picture(Sample().table.recorded_settings(), "b.png");
  EXPECT_TRUE(nothing.photos.empty());
  Sample again;
  again.table.overlay_picture(s.table.recorded_settings(), "b.png");
  EXPECT_EQ(again.table.recorded_settings()["steps"], 300);
  EXPECT_EQ(again.prompt, "a/b");
}

TEST(OptionTable, PrintedSettingsReadBackTheSame) {
  Sample s;
  s.table.read_flags({"--prompt", "say \"hi\"\\\n\x01 naïve 小狗 🐶", "--seed", "18446744073709551615",
                      "--rate", "3e-7", "--fast", "--base", "models/x", "some/../photos"});
  const std::string printed = s.table.print_config();
  Sample again;
  again.config(printed);
  EXPECT_EQ(again.prompt, s.prompt);
  EXPECT_EQ(again.seed, s.seed);
  EXPECT_EQ(again.rate, s.rate);
  EXPECT_EQ(again.fast, s.fast);
  EXPECT_EQ(again.photos, std::filesystem::current_path() / "photos");
  EXPECT_EQ(again.base, (std::filesystem::current_path() / "models/x").string());
  EXPECT_FALSE(again.table.given("scheduler"));
  EXPECT_NE(printed.find("steps = 300  # default\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("fast = true  # command line\n"), std::string::npos) << printed;
  EXPECT_NE(printed.find("# scheduler: the model's\n"), std::string::npos) << printed;
  EXPECT_EQ(printed.find("wipe"), std::string::npos) << printed;
}

TEST(OptionTable, ConfigJsonTellsValueAndSource) {
  Sample s;
  s.table.read_flags({"--rate", "0.5"});
  const OrderedJson json = s.table.config_json()["config"];
  EXPECT_EQ(json["rate"], (OrderedJson{{"value", 0.5}, {"from", "command line"}}));
  EXPECT_EQ(json["seed"], (OrderedJson{{"value", nullptr}, {"from", "random"}}));
  EXPECT_EQ(json["base"], (OrderedJson{{"value", "starter"}, {"from", "default"}}));
}

TEST(OptionTable, HelpShowsExamplesGroupsAndDefaults) {
  Sample s;
  const std::string help = s.table.help();
  EXPECT_LT(help.find("sample --steps 3"), help.find("Usage: sample [options]"));
  EXPECT_LT(help.find("\nG:\n"), help.find("\nH:\n"));
  EXPECT_NE(help.find("--prompt, --text TEXT"), std::string::npos) << help;
  EXPECT_NE(help.find("PHOTOS, --photos"), std::string::npos) << help;
  EXPECT_NE(help.find("number (default: 300)"), std::string::npos) << help;
  EXPECT_NE(help.find("which: private|meta (default: private)"), std::string::npos) << help;
  EXPECT_NE(help.find("(default: true; --crop=false turns it off)"), std::string::npos) << help;
}

}  // namespace
}  // namespace big
