#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "big/imaging/picture_file.h"
#include "cli/taught_models.h"

namespace big {

/// Anna draws pictures and draws them again.
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
  std::filesystem::path file(const Json& json, size_t i = 0) const {
    return here_.path() / json["images"][i]["path"].get<std::string>();
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

}  // namespace big
