#pragma once

#include <string>
#include <vector>

namespace big {

/// One of the texts that a prompt composes, and how much it counts.
struct ComposedText {
  std::string text;
  double weight = 1;
  bool operator==(const ComposedText&) const = default;
};

/// "a cat :1.2 AND a dog" -> {"a cat", 1.2}, {"a dog", 1}, as the web UIs compose pictures (arXiv
/// 2206.01714). AND is a word of its own in capitals; a number behind a colon at the end of a text is its
/// weight. A prompt without AND is one text, as it stands.
std::vector<ComposedText> split_composition(const std::string& prompt);

}  // namespace big
