#pragma once

#include <string>
#include <vector>

namespace big {

/// Words of a prompt and how much they count: 1 as they are.
struct WeightedText {
  std::string text;
  double weight = 1;
};

/// A prompt's weighted words, in order; what BREAK parts is encoded apart.
using WeightedSection = std::vector<WeightedText>;

/// Reads the weights of the web UIs' prompts:
///   (x) counts 1.1 times, (x:1.3) 1.3 times, [x] 1 / 1.1 times; nested they multiply
///   \( \) \[ \] \\ are the characters themselves, another \ is left out
///   BREAK (a word of its own, in capitals) begins a new section
/// A bracket that is not closed ends with the prompt; one that closes nothing is text. Neighbours of equal
/// weight are one. At least one section, which may be empty.
std::vector<WeightedSection> parse_attention(const std::string& text);

/// `text` so written that parse_attention reads it back with no weight: "a cat \(cute\)".
std::string escape_attention(const std::string& text);

}  // namespace big
