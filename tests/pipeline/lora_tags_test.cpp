#include "big/pipeline/lora_tags.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

std::string shown(const TaggedPrompt& prompt) {
  std::string text = prompt.text + "|";
  for (const auto& lora : prompt.loras) {
    text += lora.name + " " + std::to_string(lora.text_encoder_weight) + " " +
            std::to_string(lora.unet_weight) + ";";
  }
  return text;
}

TEST(LoraTags, AreTakenOutOfThePrompt) {
  EXPECT_EQ(shown(take_lora_tags("a sks <lora:ink:0.5>, snow")), "a sks, snow|ink 0.500000 0.500000;");
  EXPECT_EQ(shown(take_lora_tags("a <lora:x> b <lora:y>")), "a b|x 1.000000 1.000000;y 1.000000 1.000000;");
  EXPECT_EQ(shown(take_lora_tags("<lora:x>  a")), "a|x 1.000000 1.000000;");
  EXPECT_EQ(shown(take_lora_tags("<lora:ink><lora:my style:-1:0.25>x")),
            "x|ink 1.000000 1.000000;my style -1.000000 0.250000;");
  EXPECT_EQ(shown(take_lora_tags("<lora:ink:unet=0.5>")), "|ink 1.000000 0.500000;");
  EXPECT_EQ(shown(take_lora_tags("<lora:ink:te=0.5:unet=2>")), "|ink 0.500000 2.000000;");
}

TEST(LoraTags, OtherBracketsStay) {
  for (const char* text :
       {"a <cat-toy> in (snow:1.2)", "", "<lora:never closed", "a < b > c", "<hypernet:x:1>"}) {
    const auto prompt = take_lora_tags(text);
    EXPECT_EQ(prompt.text, text);
    EXPECT_TRUE(prompt.loras.empty()) << text;
  }
}

TEST(LoraTags, WrongOnesAreNamed) {
  for (const char* text : {"<lora:>", "<lora::1>", "<lora:ink:strong>", "<lora:ink:1:2:3>", "<lora:ink:nan>",
                           "<lora:ink:>", "<lora:ink:dyn=8>", "<lora:ink:te=>"}) {
    EXPECT_NE(error_of<UsageError>([&] { take_lora_tags(std::string("a ") + text); }).find(text),
              std::string::npos)
        << text;
  }
}

TEST(LoraTags, FlagsNameAFileAndAWeight) {
  const auto one = parse_lora_wish("dir/ink.safetensors:0.5");
  EXPECT_EQ(one.name, "dir/ink.safetensors");
  EXPECT_EQ(one.unet_weight, 0.5);
  EXPECT_EQ(one.text_encoder_weight, 0.5);
  EXPECT_EQ(parse_lora_wish("ink").unet_weight, 1);
  EXPECT_EQ(parse_lora_wish("a:b").name, "a:b");
  EXPECT_EQ(parse_lora_wish("a:0.25:1").text_encoder_weight, 0.25);
  EXPECT_EQ(parse_lora_wish("a:0.25:1").unet_weight, 1);
  EXPECT_THROW(parse_lora_wish(":0.5"), UsageError);
}

TEST(LoraTags, AreWrittenAsTheyAreRead) {
  for (const char* tag : {"<lora:ink:1>", "<lora:ink:0.1>", "<lora:ink:0.5:0.7>", "<lora:ink:-2>"}) {
    EXPECT_EQ(lora_tag(take_lora_tags(tag).loras.front()), tag);
  }
}

}  // namespace
}  // namespace big
