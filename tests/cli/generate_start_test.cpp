// generate from pictures, as a person runs it.
#include <gtest/gtest.h>

#include <fstream>

#include "big/core/json.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "cli/run_tool.h"

namespace big {
namespace {

namespace fs = std::filesystem;

class GenerateStart : public testing::Test {
 protected:
  GenerateStart() {
    Image init(64, 64, 200), mask(64, 64);
    for (int y = 16; y < 48; ++y)
      for (int x = 16; x < 48; ++x) std::fill_n(mask.at(x, y), 3, 255);
    write_png(here_.path() / "init.png", init);
    write_png(here_.path() / "mask.png", mask);
  }

  ToolRun run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--models_dir", (source_dir() / "models").string(), "--target_model",
                                         "pretrained", "--prompt", "a cat", "--num_images", "1",
                                         "--num_inference_steps", "4", "--threads", "1", "--seed", "3"});
    return run_tool("generate", arguments, {here_.path(), {}});
  }
  fs::path draw(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const ToolRun drawn = run(arguments);
    EXPECT_EQ(drawn.code, 0) << drawn.out << drawn.err;
    return here_.path() / Json::parse(drawn.out)["images"][0]["path"].get<std::string>();
  }
  std::string failure(const std::vector<std::string>& arguments, int code) {
    const ToolRun failed = run(arguments);
    EXPECT_EQ(failed.code, code) << failed.err;
    EXPECT_FALSE(fs::exists(here_.path() / "generated_images" / "pretrained") &&
                 !fs::is_empty(here_.path() / "generated_images" / "pretrained"))
        << "a refused run leaves a folder";
    return failed.err;
  }

  TempDir here_;
};

TEST_F(GenerateStart, AMaskedPictureKeepsTheRest) {
  const auto path = draw({"--init_image", "init.png", "--mask", "mask.png", "--strength", "1"});
  const Image drawn = read_image(path);
  int changed = 0;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x) {
      const bool inside = x >= 16 && x < 48 && y >= 16 && y < 48;
      if (*drawn.at(x, y) == 200) continue;
      EXPECT_TRUE(inside) << x << ", " << y;
      ++changed;
    }
  }
  EXPECT_GT(changed, 100);
  const auto text = read_png_text(path);
  EXPECT_NE(text.at("parameters").find(", Denoising strength: 1, RNG: CPU"), std::string::npos)
      << text.at("parameters");
  EXPECT_EQ(Json::parse(text.at("big"))["mask"]["hash"].get<std::string>().size(), 64u);
}

TEST_F(GenerateStart, ASecondPassIsLarger) {
  const auto path = draw({"--hires_scale", "1.5", "--hires_steps", "2"});
  EXPECT_EQ(read_image(path).width, 96);
  const auto parameters = read_png_text(path).at("parameters");
  EXPECT_NE(parameters.find("Size: 64x64"), std::string::npos) << parameters;
  EXPECT_NE(parameters.find("Hires upscale: 1.5, Hires steps: 2"), std::string::npos) << parameters;
}

TEST_F(GenerateStart, ContradictionsAreUsageErrors) {
  EXPECT_NE(failure({"--mask", "mask.png"}, 2).find("without init_image"), std::string::npos);
  EXPECT_NE(failure({"--init_image", "init.png", "--strength", "0"}, 2).find("strength is 0"),
            std::string::npos);
  EXPECT_NE(failure({"--init_image", "init.png", "--strength", "1.5"}, 2).find("strength"),
            std::string::npos);
  EXPECT_NE(failure({"--init_image", "init.png", "--strength", "0.1"}, 2).find("at least 10 steps"),
            std::string::npos);
  EXPECT_NE(failure({"--init_image", "init.png", "--height", "50"}, 2).find("48 or 52"), std::string::npos);
  EXPECT_NE(failure({"--inpaint_masked_only"}, 2).find("without mask"), std::string::npos);
}

TEST_F(GenerateStart, FilesThatCannotBeUsedAreNamed) {
  std::ofstream(here_.path() / "text.png") << "no picture";
  EXPECT_NE(failure({"--init_image", "none.png"}, 3).find("none.png"), std::string::npos);
  EXPECT_NE(failure({"--init_image", "text.png"}, 3).find("text.png"), std::string::npos);
  write_png(here_.path() / "wide.png", Image(64, 32, 255));
  EXPECT_NE(failure({"--init_image", "init.png", "--mask", "wide.png"}, 2).find("expected 64 x 64"),
            std::string::npos);
}

}  // namespace
}  // namespace big
