#include "big/prompts/styles.h"

#include <algorithm>
#include <optional>

#include "big/core/error.h"
#include "big/core/text.h"
#include "scan.h"

namespace big {
namespace {

constexpr std::string_view kPlaceholder = "{prompt}";

struct Row {
  int64_t line = 1;  ///< where it begins
  std::vector<std::string> fields;
};

/// Rows of comma-separated values, RFC 4180; empty lines are none.
class CsvReader {
 public:
  CsvReader(std::string_view text, std::string where) : text_(text), where_(std::move(where)) {}

  std::optional<Row> next() {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) line_ += text_[at_++] == '\n';
    if (at_ >= text_.size()) return std::nullopt;
    Row row{line_, {}};
    do {
      row.fields.push_back(text_.substr(at_).starts_with('"') ? quoted() : bare());
    } while (take(','));
    take('\r');
    if (at_ < text_.size() && text_[at_] != '\n')
      refuse("text follows the closing quote of a field, expected a comma or the line's end");
    return row;
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError(concat(where_, ":", line_, ": ", why));
  }

 private:
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  std::string bare() {
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    const std::string field(text_.substr(at_, end - at_));
    at_ = end;
    return field;
  }

  std::string quoted() {
    std::string field;
    ++at_;
    while (true) {
      if (at_ >= text_.size()) refuse("the file ends inside of a quoted field, expected a closing quote");
      const char c = text_[at_++];
      if (c == '"' && !take('"')) return field;
      field += c;
      line_ += c == '\n';
    }
  }

  std::string_view text_;
  std::string where_;
  size_t at_ = 0;
  int64_t line_ = 1;
};

/// Where the columns stand in a row.
struct Columns {
  std::optional<size_t> name, prompt, negative_prompt;

  explicit Columns(const std::vector<std::string>& header) {
    for (size_t i = 0; i < header.size(); ++i) {
      const std::string title = ascii_lower(trimmed(header[i]));
      if (title == "name") name = i;
      if (title == "prompt" || (title == "text" && !prompt)) prompt = i;
      if (title == "negative_prompt") negative_prompt = i;
    }
  }
};

std::string field(const Row& row, std::optional<size_t> column) {
  return column && *column < row.fields.size() ? row.fields[*column] : "";
}

}  // namespace

std::vector<PromptStyle> read_styles(const std::filesystem::path& file) {
  const std::string text = read_text_file(file);
  if (!is_valid_utf8(text)) throw InputError(file.string() + ": is not valid UTF-8");
  CsvReader reader(text, file.string());
  const auto header = reader.next();
  const Columns columns(header ? header->fields : std::vector<std::string>());
  if (!columns.name || !columns.prompt)
    throw InputError(file.string() + ":1: expected a line of column names: name,prompt,negative_prompt");
  std::vector<PromptStyle> styles;
  while (const auto row = reader.next()) {
    const std::string name(trimmed(field(*row, columns.name)));
    if (name.empty())
      throw InputError(concat(file.string(), ":", row->line,
                              ": the style has no name, expected one in column ", *columns.name + 1));
    styles.push_back({name, field(*row, columns.prompt), field(*row, columns.negative_prompt)});
  }
  return styles;
}

const PromptStyle& find_style(const std::vector<PromptStyle>& styles, const std::string& name) {
  const auto found = std::ranges::find(styles, name, &PromptStyle::name);
  if (found != styles.end()) return *found;
  std::vector<std::string> names;
  for (const auto& style : styles) names.push_back(style.name);
  const std::string near = nearest(name, names);
  throw UsageError(concat("no style is called '", name, "'",
                          near.empty() ? concat("; there are: ", names.empty() ? "none" : join(names, ", "))
                                       : concat(", did you mean '", near, "'?")));
}

std::string apply_style(const std::string& words, const std::string& text) {
  if (words.find(kPlaceholder) != std::string::npos) {
    std::string styled = words;
    for (size_t at = styled.find(kPlaceholder); at != std::string::npos;
         at = styled.find(kPlaceholder, at + text.size()))
      styled.replace(at, kPlaceholder.size(), text);
    return styled;
  }
  std::vector<std::string> parts;
  for (const auto part : {trimmed(text), trimmed(words)})
    if (!part.empty()) parts.emplace_back(part);
  return join(parts, ", ");
}

}  // namespace big
