#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace big {

/// The web UIs' text of a picture, taken apart: what stands in its chunk `parameters`.
struct Infotext {
  std::string prompt, negative_prompt;
  std::vector<std::pair<std::string, std::string>> fields;  ///< "Steps" = "25", quotes taken off

  /// The value, or null.
  const std::string* find(const std::string& key) const;
};

/// Reads the text by the rules of the web UIs' parse_generation_parameters: the last line is the settings
/// where it holds three or more of `key: value`, the lines before it are the prompt, then the negative prompt
/// from "Negative prompt:" on. Where extensions have put lines of their own behind the settings, the last line
/// that begins with "Steps:" is taken. Nothing where there is no such line.
std::optional<Infotext> parse_infotext(const std::string& text);

}  // namespace big
