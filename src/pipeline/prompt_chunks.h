#pragma once

#include <vector>

#include "big/prompts/attention.h"
#include "big/tokenizers/tokenizer.h"

namespace big {

/// One text window of a prompt.
struct PromptChunk {
  std::vector<int64_t> ids;     ///< bos, pieces, eos, padding
  std::vector<double> weights;  ///< of each id; 1 for those that are no pieces
};

/// A prompt of any length in windows of the tokenizer, at least one, parted as the web UIs do: where a window
/// is full and its last comma is near the end (for CLIP, among the last 20 of its 75 pieces), what follows
/// the comma goes into the next one. Each section begins a window of its own. The ids of one added word stay
/// together where they fit into a window.
std::vector<PromptChunk> prompt_chunks(const Tokenizer& tokenizer,
                                       const std::vector<WeightedSection>& sections);

}  // namespace big
