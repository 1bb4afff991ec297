#include "infotext.h"

#include <algorithm>
#include <cctype>

#include "big/core/json.h"
#include "big/core/text.h"

namespace big {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr size_t kFewestFields = 3;
constexpr std::string_view kNegative = "Negative prompt:";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

/// Python's \w: letters of any script, digits, '_'.
bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 || c == '_';
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : trimmed(text)) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  for (auto& line : lines) line = std::string(trimmed(line));
  return lines;
}

/// Behind the closing quote of a text that begins at `at` with one and is not empty; npos where none closes it
/// before a comma or the end.
size_t end_of_quoted(const std::string& line, size_t at) {
  size_t i = at + 1;
  while (i < line.size() && line[i] != '"') i += line[i] == '\\' ? 2 : 1;
  const bool closed = i < line.size() && i > at + 1 && (i + 1 == line.size() || line[i + 1] == ',');
  return closed ? i + 1 : std::string::npos;
}

std::string unquoted(const std::string& value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  const Json json = Json::parse(value, nullptr, false);
  return json.is_string() ? json.get<std::string>() : value;
}

bool is_of_key(char c) { return is_word(c) || c == ' ' || c == '-' || c == '/'; }

/// Reads `key: value,` at `at`, if it stands there, and moves on: behind it, else to where the next may stand.
/// The web UIs' expression \s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$).
void read_field(const std::string& line, size_t& at, Fields& fields) {
  size_t i = at;
  while (i < line.size() && is_space(line[i])) ++i;
  const size_t key = i;
  if (i < line.size() && is_word(line[i])) {
    while (i < line.size() && is_of_key(line[i])) ++i;
  }
  if (i < key + 2 || i == line.size() || line[i] != ':') {
    at = std::max(i, at + 1);  // what begins within these letters ends where they end
    return;
  }
  const std::string name = line.substr(key, i - key);
  ++i;
  while (i < line.size() && is_space(line[i])) ++i;
  size_t end = i < line.size() && line[i] == '"' ? end_of_quoted(line, i) : std::string::npos;
  if (end == std::string::npos) end = std::min(line.find(',', i), line.size());
  fields.emplace_back(name, unquoted(line.substr(i, end - i)));
  at = end == line.size() ? end : end + 1;
}

Fields fields_of(const std::string& line) {
  Fields fields;
  for (size_t at = 0; at < line.size();) read_field(line, at, fields);
  return fields;
}

/// Which line is the settings; lines.size() where none is.
size_t settings_line(const std::vector<std::string>& lines) {
  if (fields_of(lines.back()).size() >= kFewestFields) return lines.size() - 1;
  for (size_t i = lines.size(); i-- > 0;) {
    if (lines[i].starts_with("Steps:") && fields_of(lines[i]).size() >= kFewestFields) return i;
  }
  return lines.size();
}

void append_line(std::string& text, const std::string& line) { text += (text.empty() ? "" : "\n") + line; }

}  // namespace

const std::string* Infotext::find(const std::string& key) const {
  for (const auto& [name, value] : fields) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::optional<Infotext> parse_infotext(const std::string& text) {
  const auto lines = lines_of(text);
  const size_t settings = settings_line(lines);
  if (settings == lines.size()) return std::nullopt;
  Infotext info;
  bool negative = false;
  for (size_t i = 0; i < settings; ++i) {
    std::string line = lines[i];
    if (line.starts_with(kNegative)) {
      negative = true;
      line = std::string(trimmed(std::string_view(line).substr(kNegative.size())));
    }
    append_line(negative ? info.negative_prompt : info.prompt, line);
  }
  info.fields = fields_of(lines[settings]);
  return info;
}

}  // namespace big
