// How options read values: types, ranges, words.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "big/core/error.h"
#include "big/core/text.h"
#include "cli/option.h"

namespace big {
namespace {

using Kind = RawValue::Kind;

[[noreturn]] void refuse(const RawValue& raw, const std::string& why) {
  const std::string message = raw.where + ": " + why;
  if (raw.kind == Kind::kText) throw UsageError(message);
  throw InputError(message);
}

/// The value between quotes, cut where it would fill the screen.
std::string shown(const RawValue& raw) {
  std::string text = utf8_prefix(raw.text, 60);
  if (text.size() < raw.text.size()) text += "...";
  return "'" + text + "'";
}

template <class Number>
bool read_whole(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

void Option::read_integer(const RawValue& raw) {
  const bool is_seed = std::holds_alternative<uint64_t*>(field_);
  const bool fits =
      raw.kind == Kind::kText || raw.kind == Kind::kInteger || (is_seed && raw.kind == Kind::kString);
  if (is_seed) {
    uint64_t value = 0;
    if (!fits || !read_whole(raw.text, value)) refuse(raw, shown(raw) + " is not " + expected());
    *std::get<uint64_t*>(field_) = value;
    return;
  }
  int64_t value = 0;
  if (!fits || !read_whole(raw.text, value)) refuse(raw, shown(raw) + " is not " + expected());
  check_range(raw, static_cast<double>(value));
  *std::get<int64_t*>(field_) = value;
}

void Option::read_number(const RawValue& raw) {
  const bool fits = raw.kind == Kind::kText || raw.kind == Kind::kInteger || raw.kind == Kind::kNumber;
  double value = 0;
  if (!fits || !read_whole(raw.text, value) || !std::isfinite(value)) {
    refuse(raw, shown(raw) + " is not " + expected());
  }
  check_range(raw, value);
  *std::get<double*>(field_) = value;
}

void Option::read_boolean(const RawValue& raw) {
  const bool fits = raw.kind == Kind::kText || raw.kind == Kind::kBoolean;
  if (!fits || (raw.text != "true" && raw.text != "false")) {
    refuse(raw, shown(raw) + " is neither true nor false");
  }
  *std::get<bool*>(field_) = raw.text == "true";
}

std::string Option::text_of(const RawValue& raw) const {
  if (raw.kind != Kind::kText && raw.kind != Kind::kString) {
    refuse(raw, shown(raw) + " is not text (put it between quotes)");
  }
  if (raw.text.find('\0') != std::string::npos) refuse(raw, "the value holds a NUL character");
  const bool is_file_path = std::holds_alternative<std::filesystem::path*>(field_);
  if (!is_file_path && !is_valid_utf8(raw.text)) refuse(raw, "the value is not valid UTF-8");
  return is_path_text(raw.text) ? (raw.base / raw.text).string() : raw.text;
}

void Option::read_list(const RawValue& raw) {
  std::vector<std::string> texts;
  if (raw.kind != Kind::kList) {
    texts.push_back(text_of(raw));
  } else {
    for (const RawValue& element : raw.elements) texts.push_back(text_of(element));
  }
  *std::get<std::vector<std::string>*>(field_) = texts;
}

void Option::read_text(const RawValue& raw) {
  const std::string text = text_of(raw);
  if (auto* path = std::get_if<std::filesystem::path*>(&field_)) {
    if (raw.text.empty()) refuse(raw, "the path is empty");
    **path = text;
    return;
  }
  if (!choices_.empty() && std::find(choices_.begin(), choices_.end(), raw.text) == choices_.end()) {
    const std::string near = nearest(raw.text, choices_);
    refuse(raw, shown(raw) + " is none of " + join(choices_, ", ") +
                    (near.empty() ? "" : "; did you mean '" + near + "'?"));
  }
  if (auto* target = std::get_if<TargetModel*>(&field_)) {
    **target = parse_target_model(raw.text);
    return;
  }
  *std::get<std::string*>(field_) = text;
}

void Option::check_range(const RawValue& raw, double value) const {
  if (value < min_ || value > max_) refuse(raw, shown(raw) + " is out of range, expected " + expected());
}

std::string Option::expected() const {
  if (std::holds_alternative<uint64_t*>(field_)) return "a whole number from 0 to 18446744073709551615";
  const std::string kind = std::holds_alternative<double*>(field_) ? "a number" : "a whole number";
  if (std::isfinite(min_) && std::isfinite(max_)) {
    return kind + " from " + number_text(min_) + " to " + number_text(max_);
  }
  return std::isfinite(min_) ? kind + " of at least " + number_text(min_) : kind;
}

std::string number_text(double value) {
  char buffer[32];
  // Plain digits where they are short: to_chars alone would write 100000 as 1e+05.
  if (value == std::floor(value) && std::abs(value) < 1e15)
    return std::to_string(static_cast<int64_t>(value));
  const auto result = std::to_chars(buffer, buffer + sizeof(buffer), value);
  return std::string(buffer, result.ptr);
}

std::string toml_string(const std::string& text) {
  static const char* const kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += std::string("\\u00") + kHex[byte >> 4] + kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace big
