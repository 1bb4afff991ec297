#pragma once

#include <string>
#include <vector>

#include "big/pipeline/text_to_image.h"
#include "big/prompts/composition.h"

namespace big {

/// The texts of a wish in one step.
struct Wording {
  std::vector<ComposedText> wanted;
  std::string unwanted;
  bool operator==(const Wording&) const = default;
  /// AND or a weight: more than guidance alone.
  bool is_composed() const { return wanted.size() > 1 || wanted.front().weight != 1; }
};

/// Whether prompts are read as the web UIs do. Throws UsageError for a prompt_syntax that there is not.
bool reads_prompt_syntax(const GenerateOptions& options);

/// The wording of each step of a pass after another of `earlier_steps`. A negative prompt composes nothing: AND
/// is text there, as in the web UIs.
std::vector<Wording> wordings_of_steps(const GenerateOptions& options, int64_t earlier_steps = 0);

}  // namespace big
