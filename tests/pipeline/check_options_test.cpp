#include <gtest/gtest.h>

#include <cmath>

#include "big/core/error.h"
#include "big/pipeline/text_to_image.h"
#include "support/error_of.h"

namespace big {
namespace {

/// The refusal of otherwise good options after a change.
template <class Change>
std::string refusal(const Change& change) {
  GenerateOptions options;
  change(options);
  return error_of<UsageError>([&] { check_options(options); });
}

TEST(CheckOptions, TheDefaultsAreFine) { EXPECT_NO_THROW(check_options({})); }

TEST(CheckOptions, ContradictionsAreNamed) {
  EXPECT_EQ(refusal([](auto& o) { o.start.mask = "m.png"; }),
            "mask is given without init_image: a mask says what of that picture is drawn anew");
  EXPECT_EQ(refusal([](auto& o) {
              o.start.init_image = "a.png";
              o.start.inpaint_masked_only = true;
            }),
            "inpaint_masked_only is given without mask: nothing says which part is meant");
  EXPECT_EQ(refusal([](auto& o) {
              o.start.init_image = "a.png";
              o.start.mask = "m.png";
              o.hires.scale = 2;
            }),
            "hires_scale is given with a mask: what the mask keeps would be drawn anew as well");
}

TEST(CheckOptions, NumbersOutOfRangeAreNamed) {
  for (const double strength : {0.0, -0.5, 1.01, std::nan("")}) {
    const auto message = refusal([&](auto& o) {
      o.start.init_image = "a.png";
      o.start.strength = strength;
    });
    EXPECT_NE(message.find("expected more than 0, at most 1"), std::string::npos) << message;
    EXPECT_NO_THROW(check_options([&] {
      GenerateOptions options;
      options.start.strength = strength;  // nobody begins from a picture
      return options;
    }()));
  }
  EXPECT_EQ(refusal([](auto& o) { o.hires.scale = 9; }), "hires_scale is 9, expected 1 to 8");
  EXPECT_EQ(refusal([](auto& o) { o.hires.scale = 0.5; }), "hires_scale is 0.5, expected 1 to 8");
  EXPECT_EQ(refusal([](auto& o) { o.hires.upscaler = "big"; }),
            "hires_upscaler is \"big\", expected lanczos or latent");
  EXPECT_EQ(refusal([](auto& o) { o.vae_tiling = "some"; }),
            "vae_tiling is \"some\", expected auto, on or off");
  EXPECT_EQ(refusal([](auto& o) { o.start.mask_padding = -1; }),
            "mask_padding is -1, expected pixels, 0 or more");
}

TEST(CheckOptions, AStrengthThatLeavesNoStepSaysHowManyWould) {
  EXPECT_EQ(refusal([](auto& o) {
              o.num_inference_steps = 5;
              o.start.init_image = "a.png";
              o.start.strength = 0.1;
            }),
            "strength 0.1 of 5 steps leaves none to make; take at least 10 steps or more strength");
  EXPECT_EQ(refusal([](auto& o) { o.hires = {2, 0.25, 3}; }),
            "hires_strength 0.25 of 3 steps leaves none to make; take at least 4 steps or more strength");
}

TEST(DrawnSteps, AreCountedAsByDiffusers) {
  EXPECT_EQ(drawn_steps(50, 0.75), 37);
  EXPECT_EQ(drawn_steps(50, 0.58), 28) << "50 * 0.58 is 28.999999999999996";
  EXPECT_EQ(drawn_steps(8, 1), 8);
  EXPECT_EQ(drawn_steps(3, 0.2), 0);
}

}  // namespace
}  // namespace big
