#include <gtest/gtest.h>

#include "cli/taught_models.h"

namespace big {
namespace {

class ListIdentifiers : public testing::Test {
 protected:
  void SetUp() override { make_taught_models(dir_.path()); }
  ToolRun list(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--models_dir", dir_.path().string(), "--user", "anna"});
    return run_tool("list_identifiers", arguments);
  }
  TempDir dir_;
};

TEST_F(ListIdentifiers, TheTableIsByTargetModel) {
  const ToolRun run = list({});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(run.out,
            "private (anna):\n"
            "  identifier  category   photos  steps  date        base\n"
            "  sks         dog        5       250    2026-11-25  starter\n"
            "  小狗        naïve cat  5       250    2026-11-25  starter\n"
            "private_meta (anna):\n"
            "  identifier  category  photos  steps  date        base\n"
            "  qkz         toy       5       250    2026-11-25  starter\n"
            "meta (all users):\n"
            "  identifier  category  photos  steps  date        base     user\n"
            "  vfr         bird      5       250    2026-11-25  starter  bob\n"
            "  sks         house     5       250    2026-11-25  starter  anna\n");
}

TEST_F(ListIdentifiers, JsonMapsIdentifiersToCategories) {
  EXPECT_EQ(list({"--json"}).out,
            "{\"private\":{\"sks\":\"dog\",\"小狗\":\"naïve cat\"},\"private_meta\":{\"qkz\":\"toy\"},"
            "\"meta\":{\"vfr\":\"bird\",\"sks\":\"house\"}}\n");
}

TEST_F(ListIdentifiers, AllUsersAreKeptApart) {
  EXPECT_EQ(
      list({"--json", "--all_users"}).out,
      "{\"users\":{\"anna\":{\"private\":{\"sks\":\"dog\",\"小狗\":\"naïve cat\"},\"private_meta\":{\"qkz\":"
      "\"toy\"}},\"bob\":{\"private\":{\"xdq\":\"car\"},\"private_meta\":{}}},\"meta\":{\"vfr\":\"bird\","
      "\"sks\":\"house\"}}\n");
  EXPECT_NE(list({"--all_users"}).out.find("private (bob):\n"), std::string::npos);
}

TEST_F(ListIdentifiers, DetailsTellAllThatIsKnown) {
  const Json json = Json::parse(list({"--json", "--details"}).out);
  EXPECT_EQ(json["private"]["sks"], (Json{{"category", "dog"},
                                          {"photos", 5},
                                          {"steps", 250},
                                          {"date", "2026-11-25T10:00:00Z"},
                                          {"base", "starter"},
                                          {"model_path", "users/anna/sks"}}));
  EXPECT_EQ(json["meta"]["vfr"]["user"], "bob") << "who added it";
  EXPECT_NE(list({"--details"}).out.find("users/anna/小狗\n"), std::string::npos);
}

TEST_F(ListIdentifiers, VersionsOfTheMetamodels) {
  const Json note = {{"version", 1},
                     {"parent", 0},
                     {"learned", "vfr"},
                     {"date", "2026-11-24T10:00:00Z"},
                     {"subjects", {registry_row("vfr", "bird", "bob", "meta", "metamodel/versions/1")}}};
  write_file(dir_.path() / "metamodel/versions/1/big_version.json", note.dump());
  EXPECT_EQ(list({"--versions"}).out,
            "private_meta (anna):\n"
            "  version      date  learned  knows\n"
            "  1 (current)  ?     ?        ?\n"
            "meta (all users):\n"
            "  version      date        learned  knows\n"
            "  1            2026-11-24  vfr      vfr\n"
            "  2 (current)  ?           ?        ?\n");
  EXPECT_EQ(list({"--versions", "--json"}).out,
            "{\"private_meta\":[{\"version\":1,\"identifiers\":null,\"date\":null,\"current\":true}],"
            "\"meta\":[{\"version\":1,\"identifiers\":[\"vfr\"],\"date\":\"2026-11-24T10:00:00Z\",\"current\":"
            "false},{\"version\":2,\"identifiers\":null,\"date\":null,\"current\":true}]}\n");
}

TEST_F(ListIdentifiers, AnEmptyModelsFolderListsNothing) {
  TempDir empty;
  const ToolRun run = run_tool("list_identifiers", {"--models_dir", empty.path().string(), "--user", "anna"});
  EXPECT_EQ(run.out,
            "private (anna): nothing taught yet\nprivate_meta (anna): nothing taught yet\nmeta (all users): "
            "nothing "
            "taught yet\n");
}

TEST_F(ListIdentifiers, ModelsAreFoundFromTheEnvironmentAndTheWorkingDirectory) {
  const auto json = list({"--json"}).out;
  EXPECT_EQ(run_tool("list_identifiers", {"--json", "--user", "anna"},
                     {{}, {{"BIG_MODELS_DIR", dir_.path().string()}}})
                .out,
            json);
  TempDir here;
  std::filesystem::create_directory_symlink(dir_.path(), here.path() / "models");
  EXPECT_EQ(run_tool("list_identifiers", {"--json", "--user", "anna"}, {here.path(), {}}).out, json);
  const ToolRun wrong = run_tool("list_identifiers", {}, {{}, {{"BIG_MODELS_DIR", "/nowhere"}}});
  EXPECT_EQ(wrong.code, 3);
  EXPECT_EQ(wrong.err, "error: BIG_MODELS_DIR names no folder: /nowhere (make it, or unset the variable)\n");
}

TEST_F(ListIdentifiers, AFileInTheWorkingDirectoryIsReadAndSaidSo) {
  TempDir here;
  write_file(here.path() / "list_identifiers.toml",
             "models_dir = '" + dir_.path().string() + "'\nuser = 'bob'\n");
  const ToolRun run = run_tool("list_identifiers", {"--json"}, {here.path(), {}});
  EXPECT_EQ(Json::parse(run.out)["private"], (Json{{"xdq", "car"}}));
  EXPECT_NE(run.err.find("settings read from ./list_identifiers.toml"), std::string::npos) << run.err;
  EXPECT_EQ(run_tool("list_identifiers", {"--json", "--quiet"}, {here.path(), {}}).err, "");
}

TEST_F(ListIdentifiers, ADamagedRegistryIsNamedWithItsLine) {
  write_file(dir_.path() / "registry.json", "{\n  \"schema_version\": 1,\n  \"subjects\": [}\n");
  const ToolRun run = list({"--json"});
  EXPECT_EQ(run.code, 3);
  const Json error = Json::parse(run.out)["error"];
  EXPECT_EQ(error["code"], 3);
  EXPECT_EQ(error["kind"], "file");
  EXPECT_NE(error["message"].get<std::string>().find("registry.json: line 3"), std::string::npos) << run.out;
}

TEST_F(ListIdentifiers, UnsafeUsersAreRefused) {
  for (const char* user : {"../anna", "", ".hidden", "a b", "ännä"}) {
    const ToolRun run = run_tool("list_identifiers", {"--user", user});
    EXPECT_EQ(run.code, 2) << user;
    EXPECT_EQ(run.err.find("error: "), 0u) << run.err;
  }
}

TEST_F(ListIdentifiers, AMissingModelsFolderIsSaid) {
  const ToolRun run = run_tool("list_identifiers", {"--models_dir", "nowhere"});
  EXPECT_EQ(run.code, 3);
  EXPECT_EQ(run.err, "error: nowhere: no such models folder (--models_dir)\n");
}

TEST_F(ListIdentifiers, PrintedSettingsAreAccepted) {
  const ToolRun printed = list({"--all_users", "--print_config"});
  write_file(dir_.path() / "mine.toml", printed.out);
  EXPECT_EQ(run_tool("list_identifiers", {"--config", (dir_.path() / "mine.toml").string()}).out,
            list({"--all_users"}).out);
}

}  // namespace
}  // namespace big
