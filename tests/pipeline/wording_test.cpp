#include "wording.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

GenerateOptions wish(const std::string& prompt, const std::string& negative = "") {
  GenerateOptions options;
  options.prompt = prompt;
  options.negative_prompt = negative;
  options.num_inference_steps = 4;
  return options;
}

/// "text*weight + ..." of each step.
std::vector<std::string> wanted(const GenerateOptions& options) {
  std::vector<std::string> steps;
  for (const auto& wording : wordings_of_steps(options)) {
    std::string step;
    for (const auto& [text, weight] : wording.wanted)
      step += (step.empty() ? "" : " + ") + text + "*" + std::to_string(weight).substr(0, 3);
    steps.push_back(step);
  }
  return steps;
}

using Texts = std::vector<std::string>;

TEST(Wording, EachPartHasAScheduleOfItsOwn) {
  EXPECT_EQ(wanted(wish("[a|b] :2 AND c")),
            (Texts{"a*2.0 + c*1.0", "a*2.0 + c*1.0", "b*2.0 + c*1.0", "a*2.0 + c*1.0"}));
  EXPECT_TRUE(wordings_of_steps(wish("a AND b")).front().is_composed());
  EXPECT_FALSE(wordings_of_steps(wish("a and b")).front().is_composed());
}

TEST(Wording, ABracketThatIsLeftOutLeavesNoGap) {
  EXPECT_EQ(wanted(wish("a [red:2] cat")), (Texts{"a cat*1.0", "a cat*1.0", "a cat*1.0", "a red cat*1.0"}));
  EXPECT_EQ(wanted(wish("a  cat ")).front(), "a  cat *1.0") << "a text that never changes is as typed";
}

TEST(Wording, ANegativePromptChangesButDoesNotCompose) {
  const auto steps = wordings_of_steps(wish("a", "[x:y:2] AND z"));
  EXPECT_EQ(steps[2].unwanted, "x AND z");
  EXPECT_EQ(steps[3].unwanted, "y AND z");
}

TEST(Wording, PlainTextIsNotRead) {
  auto options = wish("[a|b] AND (c:2)", "[x:y:2]");
  options.prompt_syntax = kPlainSyntax;
  EXPECT_EQ(wanted(options), Texts(4, "[a|b] AND (c:2)*1.0"));
  EXPECT_EQ(wordings_of_steps(options).back().unwanted, "[x:y:2]");
  options.prompt_syntax = "comfy";
  EXPECT_NE(error_of<UsageError>([&] { wordings_of_steps(options); }).find("expected webui or plain"),
            std::string::npos);
}

}  // namespace
}  // namespace big
