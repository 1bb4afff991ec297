#include "infotext.h"

#include <gtest/gtest.h>

#include <regex>

namespace big {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(Infotext, PromptNegativePromptAndSettingsAreTakenApart) {
  const auto info = parse_infotext(
      "a castle,\nby the sea\nNegative prompt: blurry,\nlow quality\n"
      "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x512, Model hash: 45dee52b\n");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->prompt, "a castle,\nby the sea");
  EXPECT_EQ(info->negative_prompt, "blurry,\nlow quality");
  EXPECT_EQ(info->fields, (Fields{{"Steps", "20"},
                                  {"Sampler", "Euler a"},
                                  {"CFG scale", "7"},
                                  {"Seed", "965400086"},
                                  {"Size", "512x512"},
                                  {"Model hash", "45dee52b"}}));
  EXPECT_EQ(*info->find("Sampler"), "Euler a");
  EXPECT_EQ(info->find("VAE"), nullptr);
}

TEST(Infotext, QuotedValuesHoldWhatSeparatesOthers) {
  const auto info = parse_infotext(
      "x\nSteps: 20, Model: \"my, \\\"odd\\\": model\\u00e9\", Lora hashes: \"ink: 1234, sepia: 5678\", "
      "Broken: \"no end, Seed: 3");
  ASSERT_TRUE(info);
  EXPECT_EQ(*info->find("Model"), "my, \"odd\": modelé");
  EXPECT_EQ(*info->find("Lora hashes"), "ink: 1234, sepia: 5678");
  EXPECT_EQ(*info->find("Broken"), "\"no end");
  EXPECT_EQ(*info->find("Seed"), "3");
}

TEST(Infotext, ALineWithFewerThanThreeSettingsIsPrompt) {
  EXPECT_FALSE(parse_infotext("a castle, style: gothic, time: night"));
  EXPECT_FALSE(parse_infotext(""));
  EXPECT_FALSE(parse_infotext("\n \n"));
  const auto info = parse_infotext("Steps: 1, Seed: 2, Size: 8x8");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->prompt, "");
}

TEST(Infotext, LinesThatExtensionsPutBehindAreNoSettings) {
  const auto info = parse_infotext(
      "a castle\nSteps: 20, Sampler: Euler, Seed: 5\nTemplate: a {castle|house}\nNegative Template: blurry");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->prompt, "a castle");
  EXPECT_EQ(*info->find("Seed"), "5");
}

TEST(Infotext, ALongPromptIsReadInATimeThatGrowsWithIt) {
  // The expression, tried at each letter, would look at each pair of them.
  const std::string prompt(4'000'000, 'a');
  EXPECT_FALSE(parse_infotext(prompt));
  const auto info = parse_infotext(prompt + "\nSteps: 1, Seed: 2, " + prompt + ", Size: 8x8");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->fields.size(), 3u);
}

/// The web UIs' own expression, run by the standard library over the settings' line.
Fields by_expression(const std::string& line) {
  static const std::regex kField(R"re(\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$))re");
  Fields fields;
  for (std::sregex_iterator at(line.begin(), line.end(), kField), end; at != end; ++at)
    fields.emplace_back((*at)[1], (*at)[2]);
  return fields;
}

TEST(Infotext, FieldsAreThoseOfTheWebUisExpression) {
  // Quotes stay where the expression keeps them, so lines without escapes are compared.
  for (const std::string line :
       {"Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 1, Size: 512x768",
        "Steps: 8,Sampler:LCM,  CFG scale: 1 , Version: v1.10.1", "a: 1, Steps: 4, bb: , cc: x:y, Hires/x-y: 3,",
        "-x: 1, Steps: 4, one two: 3, 4, five: 6", "Steps: 20, : empty, no value, Seed: 7, Size: 1x1",
        "Steps: 3,, Seed: 4, A b/c-d: \"q\" tail, E f: g"}) {
    const auto info = parse_infotext("Steps: 0, Seed: 0, Size: 0x0\n" + line);
    ASSERT_TRUE(info) << line;
    EXPECT_EQ(info->fields, by_expression(line)) << line;
  }
}

}  // namespace
}  // namespace big
