#include "big/registry/prompt_template.h"

#include <algorithm>
#include <string_view>

#include "word_characters.h"

namespace big {
namespace {

/// The text at `at` is " category", and the category's last word ends there.
bool category_follows(std::string_view prompt, size_t at, std::string_view category) {
  if (at >= prompt.size() || prompt[at] != ' ') return false;
  if (prompt.substr(at + 1, category.size()) != category) return false;
  const size_t end = at + 1 + category.size();
  if (end >= prompt.size()) return true;
  const CodePoint next = code_point_at(prompt, end);
  return !is_letter_or_digit(next.value) && !is_mark(next.value);
}

/// Length of the ":1.2" at `at` that weighs or times what stands before it (":" and a plain number, in front
/// of a closing bracket, AND or the end), else 0.
size_t number_length(std::string_view prompt, size_t at) {
  constexpr std::string_view kAnd = "AND";
  if (at >= prompt.size() || prompt[at] != ':') return 0;
  const auto skip = [&](size_t from, std::string_view characters) {
    return std::min(prompt.find_first_not_of(characters, from), prompt.size());
  };
  const size_t digits = skip(skip(at + 1, " "), "+-"), end = skip(digits, "0123456789."),
               next = skip(end, " ");
  if (end == digits) return 0;
  const bool closes = next == prompt.size() || prompt[next] == ')' || prompt[next] == ']';
  return closes || prompt.substr(next).starts_with(kAnd) ? end - at : 0;
}

/// Length of the closing brackets at `at`, the first with its weight or time: ":1.2))".
size_t closing_length(std::string_view prompt, size_t at) {
  const size_t begin = at;
  if (prompt.substr(at).starts_with("::")) ++at;  // "[sks::0.5]"
  at += number_length(prompt, at);
  const size_t end = std::min(prompt.find_first_not_of(")]", at), prompt.size());
  return end > at ? end - begin : 0;
}

/// Where `words` begins in the text as whole words, or npos.
size_t find_words(std::string_view text, std::string_view words) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = word_length(text, at);
    const size_t end = at + words.size();
    const bool begins = length > 0 && text.substr(at, words.size()) == words;
    if (begins && (end >= text.size() || word_length(text, end) == 0)) return at;
    at += length > 0 ? length : code_point_at(text, at).size;
  }
  return std::string_view::npos;
}

}  // namespace

std::string instance_prompt(const std::string& identifier, const std::string& category) {
  return "a " + identifier + " " + category;
}

std::string class_prompt(const std::string& category) { return "a " + category; }

std::string caption_prompt(const std::string& caption,
                           const std::string& identifier,
                           const std::string& category) {
  const ExpandedPrompt expanded = expand_identifiers(caption, {{identifier, category}});
  if (!expanded.identifiers.empty()) return expanded.text;
  const size_t at = find_words(caption, category);
  if (at != std::string_view::npos) return caption.substr(0, at) + identifier + " " + caption.substr(at);
  return instance_prompt(identifier, category) + ", " + caption;
}

ExpandedPrompt expand_identifiers(const std::string& prompt,
                                  const std::map<std::string, std::string>& categories) {
  ExpandedPrompt expanded;
  const std::string_view rest(prompt);
  for (size_t at = 0; at < prompt.size();) {
    const size_t length = word_length(prompt, at), number = number_length(prompt, at);
    const size_t taken = length > 0 ? length : number > 0 ? number : code_point_at(prompt, at).size;
    const std::string piece(rest.substr(at, taken));
    expanded.text += piece;
    at += taken;

    const auto known = length > 0 ? categories.find(piece) : categories.end();
    if (known == categories.end()) continue;
    if (std::find(expanded.identifiers.begin(), expanded.identifiers.end(), piece) ==
        expanded.identifiers.end()) {
      expanded.identifiers.push_back(piece);
    }
    const std::string& category = known->second;
    if (category.empty()) continue;
    // "(sks:1.2) dog" names it as well. A category that the person wrote is passed over whole: identifiers in
    // it (a "sks toy") are part of its name.
    const size_t closing = closing_length(prompt, at);
    const bool follows = category_follows(prompt, at + closing, category);
    if (follows) expanded.text += rest.substr(at, closing);
    expanded.text += " " + category;
    if (follows) at += closing + 1 + category.size();
  }
  return expanded;
}

}  // namespace big
