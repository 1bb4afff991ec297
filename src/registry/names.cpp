#include "big/registry/names.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/text.h"
#include "word_characters.h"

namespace big {
namespace {

constexpr size_t kMaxUserBytes = 64;
constexpr size_t kMaxCategoryBytes = 60;
constexpr size_t kMaxIdentifierBytes = 32;

[[noreturn]] void refuse(const char* what,
                         const std::string& name,
                         const std::string& found,
                         const char* allowed) {
  throw UsageError(concat(what, " '", printable(utf8_prefix(name, 80)), "' ", found, "; allowed: ", allowed));
}

bool is_user_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
         c == '-';
}

}  // namespace

void validate_user(const std::string& user) {
  constexpr const char* kAllowed = "1 to 64 of A-Z a-z 0-9 . _ - with neither . nor - in front";
  if (user.empty()) refuse("user", user, "is empty", kAllowed);
  if (user.size() > kMaxUserBytes) refuse("user", user, concat("has ", user.size(), " bytes"), kAllowed);
  if (user[0] == '.' || user[0] == '-') refuse("user", user, concat("starts with '", user[0], "'"), kAllowed);
  if (!std::all_of(user.begin(), user.end(), is_user_character)) {
    refuse("user", user, "has another character", kAllowed);
  }
}

void validate_category(const std::string& category) {
  constexpr const char* kAllowed =
      "letters of any script, digits, '-' and spaces between them, at most 60 bytes, such as 'dog'";
  if (category.empty()) refuse("category", category, "is empty", kAllowed);
  if (category.size() > kMaxCategoryBytes) {
    refuse("category", category, concat("has ", category.size(), " bytes"), kAllowed);
  }
  bool in_word = false;  // a mark needs a letter to sit on
  for (size_t at = 0; at < category.size();) {
    const CodePoint c = code_point_at(category, at);
    const bool word = is_letter_or_digit(c.value) || (in_word && is_mark(c.value));
    if (!word && c.value != ' ' && c.value != '-') {
      const std::string shown = printable(std::string_view(category).substr(at, c.size));
      refuse("category", category, "has '" + shown + "'", kAllowed);
    }
    in_word = word;
    at += c.size;
  }
  const auto is_edge = [](char c) { return c == ' ' || c == '-'; };
  if (is_edge(category.front()) || is_edge(category.back())) {
    refuse("category", category, "starts or ends with a space or '-'", kAllowed);
  }
}

void validate_identifier(const std::string& identifier) {
  constexpr const char* kAllowed = "one word of letters and digits, at most 32 bytes, such as 'sks'";
  if (identifier.empty()) refuse("identifier", identifier, "is empty", kAllowed);
  if (identifier.size() > kMaxIdentifierBytes) {
    refuse("identifier", identifier, concat("has ", identifier.size(), " bytes"), kAllowed);
  }
  const size_t word = word_length(identifier, 0);
  if (word == identifier.size()) return;
  const std::string_view rest = std::string_view(identifier).substr(word);
  const std::string shown = printable(rest.substr(0, code_point_at(rest, 0).size));
  refuse("identifier", identifier, "has '" + shown + "'", kAllowed);
}

}  // namespace big
