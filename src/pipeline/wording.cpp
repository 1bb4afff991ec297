#include "wording.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/prompts/schedule.h"

namespace big {
namespace {

/// Single spaces, where a bracket left out leaves its own: "a [b:5] cat". To SentencePiece they would be
/// text.
std::string closed_gaps(const std::string& text) {
  std::string closed;
  for (const char c : text) {
    const bool is_gap = c == ' ' && (closed.empty() || closed.back() == ' ');
    if (!is_gap) closed += c;
  }
  if (closed.ends_with(' ')) closed.pop_back();
  return closed;
}

/// `prompt` in each step; one that never changes stays as typed.
std::vector<std::string> texts_of(const std::string& prompt, size_t steps, int64_t earlier_steps) {
  auto texts = texts_of_steps(prompt, static_cast<int64_t>(steps), earlier_steps);
  for (auto& text : texts)
    if (text != prompt) text = closed_gaps(text);
  return texts;
}

}  // namespace

bool reads_prompt_syntax(const GenerateOptions& options) {
  if (options.prompt_syntax == kWebUiSyntax) return true;
  if (options.prompt_syntax == kPlainSyntax) return false;
  throw UsageError("prompt_syntax is '" + options.prompt_syntax + "', expected " + kWebUiSyntax + " or " +
                   kPlainSyntax);
}

std::vector<Wording> wordings_of_steps(const GenerateOptions& options, int64_t earlier_steps) {
  const auto steps = static_cast<size_t>(std::max<int64_t>(options.num_inference_steps, 1));
  if (!reads_prompt_syntax(options)) {
    const Wording typed{{{options.prompt, 1}}, options.negative_prompt};
    return std::vector<Wording>(steps, typed);
  }
  std::vector<Wording> wordings(steps);
  for (const auto& [prompt, weight] : split_composition(options.prompt)) {
    const auto texts = texts_of(prompt, steps, earlier_steps);
    for (size_t i = 0; i < steps; ++i) wordings[i].wanted.push_back({texts[i], weight});
  }
  const auto unwanted = texts_of(options.negative_prompt, steps, earlier_steps);
  for (size_t i = 0; i < steps; ++i) wordings[i].unwanted = unwanted[i];
  return wordings;
}

}  // namespace big
