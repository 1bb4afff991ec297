#include "cli/option.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "big/core/text.h"

namespace big {

Option::Option(std::string name, std::string group, std::string help, Field field)
    : name_(std::move(name)), group_(std::move(group)), help_(std::move(help)), field_(field) {}

Option& Option::alias(const std::string& other_name) {
  aliases_.push_back(other_name);
  return *this;
}

Option& Option::positional(const std::string& label) {
  positional_ = label;
  return *this;
}

Option& Option::range(double min, double max) {
  min_ = min;
  max_ = max;
  return *this;
}

Option& Option::choices(std::vector<std::string> words) {
  choices_ = std::move(words);
  return *this;
}

Option& Option::unset(const std::string& meaning) {
  unset_ = meaning;
  return *this;
}

Option& Option::required() {
  required_ = true;
  return unset("required");
}

Option& Option::placeholder(const std::string& word) {
  placeholder_ = word;
  return *this;
}

Option& Option::flag_only() {
  flag_only_ = true;
  personal_ = true;
  return *this;
}

Option& Option::personal() {
  personal_ = true;
  return *this;
}

Option& Option::name_or_path() {
  name_or_path_ = true;
  return *this;
}

Option& Option::unrecorded() {
  unrecorded_ = true;
  return *this;
}

bool Option::is_text() const {
  return std::holds_alternative<std::string*>(field_) ||
         std::holds_alternative<std::filesystem::path*>(field_) ||
         std::holds_alternative<TargetModel*>(field_);
}

void Option::assign(const RawValue& raw, Origin origin, const std::string& source) {
  if (is_boolean()) {
    read_boolean(raw);
  } else if (std::holds_alternative<double*>(field_)) {
    read_number(raw);
  } else if (is_list()) {
    read_list(raw);
  } else if (is_text()) {
    read_text(raw);
  } else {
    read_integer(raw);
  }
  origin_ = origin;
  source_ = source;
  left_unset_ = false;
}

void Option::leave_unset(Origin origin, const std::string& source) {
  origin_ = origin;
  source_ = source;
  left_unset_ = !unset_.empty();
}

std::string Option::value_text() const {
  struct Show {
    std::string operator()(const std::string* v) const { return *v; }
    std::string operator()(const std::filesystem::path* v) const { return v->string(); }
    std::string operator()(const int64_t* v) const { return std::to_string(*v); }
    std::string operator()(const uint64_t* v) const { return std::to_string(*v); }
    std::string operator()(const double* v) const { return number_text(*v); }
    std::string operator()(const bool* v) const { return *v ? "true" : "false"; }
    std::string operator()(const TargetModel* v) const { return to_string(*v); }
    std::string operator()(const std::vector<std::string>* v) const { return join(*v, ", "); }
  };
  return std::visit(Show{}, field_);
}

bool Option::is_path_text(const std::string& text) const {
  return std::holds_alternative<std::filesystem::path*>(field_) ||
         (name_or_path_ && text.find('/') != std::string::npos);
}

std::string Option::without_folder(const std::string& text) const {
  return is_path_text(text) ? std::filesystem::path(text).filename().string() : text;
}

std::string Option::value_toml() const {
  const auto quoted = [this](const std::string& text) {
    const bool is_path = is_path_text(text) && !text.empty();
    return toml_string(is_path ? std::filesystem::absolute(text).lexically_normal().string() : text);
  };
  if (const auto* list = std::get_if<std::vector<std::string>*>(&field_)) {
    std::vector<std::string> elements;
    for (const std::string& element : **list) elements.push_back(quoted(element));
    return "[" + join(elements, ", ") + "]";
  }
  const std::string text = value_text();
  if (is_text()) return quoted(text);
  // TOML's integers end at 2^63 - 1; a larger seed is written, and accepted, as a string.
  if (const auto* seed = std::get_if<uint64_t*>(&field_)) {
    if (**seed > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return toml_string(text);
  }
  return text;
}

}  // namespace big
