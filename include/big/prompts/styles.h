#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace big {

/// Words that a person keeps under a name, as the web UIs' styles.csv holds them.
struct PromptStyle {
  std::string name, prompt, negative_prompt;
};

/// Reads a styles.csv: a first line that names the columns (name, prompt, negative_prompt in any order;
/// others are passed over, an old `text` is the prompt), then a style a row. Fields may be quoted as RFC 4180
/// has it. Throws InputError naming file and line.
std::vector<PromptStyle> read_styles(const std::filesystem::path& file);

/// The style of that name. Throws UsageError with the nearest name, or all of them.
const PromptStyle& find_style(const std::vector<PromptStyle>& styles, const std::string& name);

/// `text` with a style's words: where these hold "{prompt}", `text` stands in its place, else they follow
/// `text` behind a comma.
std::string apply_style(const std::string& words, const std::string& text);

}  // namespace big
