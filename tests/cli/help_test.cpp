#include <gtest/gtest.h>

#include "big/core/json.h"
#include "cli/run_tool.h"

namespace big {
namespace {

class EveryTool : public testing::TestWithParam<const char*> {};

TEST_P(EveryTool, HelpIsAsWrittenDown) {
  const std::string tool = GetParam();
  const ToolRun run = run_tool(tool, {"--help"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(run.out, read_file(source_dir() / ("tests/cli/golden/" + tool + ".txt")))
      << "if the change is meant: " << tool << " --help > tests/cli/golden/" << tool << ".txt";
}

TEST_P(EveryTool, TellsItsVersion) {
  const std::string tool = GetParam();
  const std::string version = Json::parse(run_tool(tool, {"--version", "--json"}).out)["version"];
  EXPECT_EQ(run_tool(tool, {"--version"}).out, tool + " " + version + "\n");
}

TEST_P(EveryTool, RefusesAnUnknownFlagAndNamesTheNearest) {
  const ToolRun run = run_tool(GetParam(), {"--model_dir", "x"});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(run.err, "error: unknown flag '--model_dir'; did you mean '--models_dir'?\n");
}

TEST_P(EveryTool, RefusesAnUnknownKeyAndABrokenFile) {
  TempDir dir;
  write_file(dir.path() / "key.toml", "usr = 'anna'\n");
  write_file(dir.path() / "broken.toml", "user = \n");
  const ToolRun key = run_tool(GetParam(), {"--config", "key.toml"}, {dir.path(), {}});
  EXPECT_EQ(key.code, 2);
  EXPECT_EQ(key.err,
            "error: key.toml:1: 'usr' is no key of " + std::string(GetParam()) + "; did you mean 'user'?\n");
  const ToolRun broken = run_tool(GetParam(), {"--config", "broken.toml"}, {dir.path(), {}});
  EXPECT_EQ(broken.code, 3);
  EXPECT_EQ(broken.err.find("error: broken.toml:1:"), 0u) << broken.err;
}

TEST_P(EveryTool, ReportsErrorsAsJsonAlone) {
  const ToolRun run = run_tool(GetParam(), {"--json", "--log_level", "loud"});
  EXPECT_EQ(run.code, 2);
  EXPECT_EQ(run.err, "");
  EXPECT_EQ(run.out,
            "{\"error\":{\"code\":2,\"kind\":\"usage\",\"message\":\"--log_level: 'loud' is none of debug, "
            "info, warning, "
            "error, off\"}}\n");
}

INSTANTIATE_TEST_SUITE_P(Tools,
                         EveryTool,
                         testing::Values("finetune", "generate", "list_identifiers", "big_models"),
                         [](const auto& tool) { return std::string(tool.param); });

}  // namespace
}  // namespace big
