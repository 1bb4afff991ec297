// Pictures of all kinds of settings, drawn again from what they say.
#include <gtest/gtest.h>

#include <random>

#include "cli/generate_again.h"

namespace big {
namespace {

class RoundTrip : public GenerateAgain {
 protected:
  /// What pictures may begin from.
  void write_start() {
    Image init(40, 48), mask(40, 48);
    for (int y = 0; y < 48; ++y) {
      for (int x = 0; x < 40; ++x) {
        init.at(x, y)[0] = static_cast<uint8_t>(6 * x);
        init.at(x, y)[1] = static_cast<uint8_t>(5 * y);
        if (x >= 8 && x < 30 && y >= 10) std::fill_n(mask.at(x, y), 3, 255);
      }
    }
    write_picture(here_.path() / "init.png", init, {});
    write_picture(here_.path() / "mask.png", mask, {});
  }
  void lay_start_beside(const Json& drawn) {
    for (const char* name : {"init.png", "mask.png"})
      std::filesystem::copy_file(here_.path() / name, file(drawn).parent_path() / name);
  }
};

/// Random settings that go together, as a grid of ten cells.
class RandomWishes {
 public:
  explicit RandomWishes(unsigned seed) : random_(seed) {}

  std::vector<std::string> next() {
    std::vector<std::string> flags = {"--prompt", pick({"a sks", "sks, on a red background", "a \"sks\" 東京 é"})};
    const auto add = [&](const std::string& flag, const std::string& value) {
      flags.push_back("--" + flag);
      flags.push_back(value);
    };
    add("target_model", pick({"private", "meta", "pretrained"}));
    add("seed", number(0, 4294967295U));
    add("rng", pick({"cpu", "philox"}));
    add("format", pick({"png", "png", "webp", "jpeg"}));
    add("height", pick({"32", "48"}));
    add("width", pick({"32", "40"}));
    add("guidance_rescale", pick({"0", "0.7"}));
    add("negative_prompt", pick({"", "blurry, dark"}));
    add("grid", pick({"scheduler=" + schedulers() + ";guidance_scale=1,7.5",
                      "num_inference_steps=2,3,4,2,3;scheduler=Euler a,DDIM",
                      "eta=0,0.25,0.5,0.75,1;scheduler=DDIM,Euler a",
                      "schedule=karras,beta,simple,sgm_uniform,exponential;scheduler=DPM++ 2M SDE,Heun",
                      "seed=" + number(0, 99999) + ",7,18446744073709551615,0,12;rng=cpu,philox",
                      "prompt=\"a sks, in snow\",sks,a sks at night,\"sks; by the sea\",a (sks:1.2);width=32,48"}));
    add("num_inference_steps", pick({"2", "3"}));
    add("clip_skip", pick({"1", "2"}));
    add("prompt_syntax", pick({"webui", "webui", "plain"}));
    const std::string begun = pick({"from noise", "from a picture", "a part of it", "a part of it, closer"});
    if (begun != "from noise") {
      add("init_image", "init.png");
      add("strength", pick({"0.5", "0.8", "1"}));
    }
    if (begun.starts_with("a part")) {
      add("mask", "mask.png");
      add("mask_blur", pick({"0", "2"}));
    }
    if (begun.ends_with("closer")) {
      flags.emplace_back("--inpaint_masked_only");
      add("mask_padding", pick({"0", "6"}));
    }
    if (!begun.starts_with("a part") && random_() % 3 == 0) {
      add("hires_scale", "1.5");
      add("hires_strength", "0.6");
      add("hires_upscaler", pick({"lanczos", "latent"}));
    }
    return flags;
  }

 private:
  std::string pick(const std::vector<std::string>& choices) { return choices[random_() % choices.size()]; }
  std::string number(uint64_t from, uint64_t to) { return std::to_string(from + random_() % (to - from + 1)); }
  std::string schedulers() {
    return pick({"DDIM,Euler,Euler a,Heun,LMS", "DPM2,DPM2 a,DPM++ 2S a,DPM++ 2M,DPM++ SDE",
                 "DPM++ 2M SDE,DPM++ 3M SDE,UniPC,DEIS,Restart", "LCM,TCD,Euler a,DPM++ 2M Karras,k_heun"});
  }
  std::mt19937 random_;
};

TEST_F(RoundTrip, AHundredPicturesOfRandomSettingsComeBackByteForByte) {
  RandomWishes wishes(20261127);
  write_start();
  size_t pictures = 0;
  for (int run_number = 0; run_number < 10; ++run_number) {
    const auto wish = wishes.next();
    const Json drawn = result(wish);
    ASSERT_EQ(drawn["images"].size(), 10u) << drawn;
    lay_start_beside(drawn);
    for (size_t i = 0; i < 10; ++i) {
      const Json redrawn = again({"--from", file(drawn, i).string(), "--verify"});
      ASSERT_TRUE(redrawn.contains("from")) << redrawn;
      EXPECT_EQ(redrawn["from"], (Json{{"equal", true}, {"largest", 0}, {"mean", 0.0}}));
      EXPECT_EQ(read_file(file(redrawn)), read_file(file(drawn, i))) << drawn["images"][i];
      ++pictures;
    }
  }
  EXPECT_EQ(pictures, 100u);
}

TEST_F(RoundTrip, FilesThatAPictureBeganFromAreLookedForBesideIt) {
  write_start();
  const Json drawn = draw({"--prompt", "a sks", "--init_image", "init.png", "--mask", "mask.png"});
  const std::string picture = file(drawn).string();
  EXPECT_TRUE(holds(failure({"--from", picture}, 3), "was made with init.png, which does not lie beside it; put it there, "
                                                     "or name it with --init_image"));
  EXPECT_TRUE(holds(failure({"--from", picture, "--init_image", "init.png"}, 3), "or name it with --mask"));
  EXPECT_EQ(run({"--from", picture, "--print_config"}).code, 0);
  const std::vector<std::string> named = {"--from", picture, "--init_image", "init.png", "--mask", "mask.png", "--verify"};
  EXPECT_EQ(read_file(file(again(named))), read_file(picture));
  lay_start_beside(drawn);
  EXPECT_EQ(read_file(file(again({"--from", picture, "--verify"}))), read_file(picture));
}

}  // namespace
}  // namespace big
