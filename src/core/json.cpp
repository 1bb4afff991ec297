#include "big/core/json.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/file_kind.h"
#include "big/core/read_file.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr uint64_t kMaxBytes = uint64_t{64} << 20;
constexpr int kMaxNesting = 64;

/// Reads a text and tells how far the parser has come: the place of whatever it complains about.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }
  bool operator!=(const Cursor& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

[[noreturn]] void throw_at(const std::string& where, std::string_view read, const std::string& what) {
  // The last character read stands where the mistake is: a line break there belongs to the line that it ends.
  const std::string_view before = read.substr(0, read.empty() ? 0 : read.size() - 1);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const size_t column = std::max<size_t>(read.size() - line_start, 1);
  throw InputError(concat(where, ": line ", line, ", column ", column, ": ", what));
}

/// nlohmann's message without its tag, its own place and the text it read (which may be huge, or no UTF-8).
std::string complaint(const std::string& message) {
  std::string text = message.substr(std::min(message.size(), message.find("] ") + 2));
  const size_t place = text.find("column ");
  if (place != std::string::npos) text = text.substr(std::min(text.size(), text.find(": ", place) + 2));
  text = text.substr(0, text.find("; last read: "));
  return printable(utf8_prefix(text, 200));
}

/// What the file is instead, where it is no JSON from its beginning.
std::string foreign_note(std::string_view text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string_view::npos && (text[start] == '{' || text[start] == '[')) return "";
  const std::string kind = kind_of_foreign_file(text);
  return kind.empty() ? "" : concat(" (the file is ", kind, ")");
}

}  // namespace

Json read_json(const std::filesystem::path& path) {
  return parse_json(read_file(path, kMaxBytes), printable(path.string()));
}

Json parse_json(const std::string& text, const std::string& where) {
  if (text.size() > kMaxBytes) {
    throw InputError(
        concat(where, ": has ", format_bytes(text.size()), ", expected at most ", format_bytes(kMaxBytes)));
  }
  const char* reached = text.data();
  const auto read = [&] { return std::string_view(text.data(), static_cast<size_t>(reached - text.data())); };
  const auto check_nesting = [&](int depth, Json::parse_event_t event, Json&) {
    const bool opens =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= kMaxNesting)
      throw_at(where, read(), concat("nested deeper than ", kMaxNesting, " levels"));
    return true;
  };
  try {
    return Json::parse(Cursor(text.data(), &reached), Cursor(text.data() + text.size(), &reached),
                       check_nesting);
  } catch (const Json::parse_error& e) {
    // Its own count is the exact one: it gives back what it read ahead.
    throw_at(where, std::string_view(text).substr(0, e.byte), complaint(e.what()) + foreign_note(text));
  } catch (const Json::exception& e) {
    throw_at(where, read(), complaint(e.what()));
  }
}

std::string type_name(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    default:
      return value.is_number() ? value.dump() : "no JSON value";
  }
}

bool json_detail::is_integer_within(const Json& value, int64_t lowest, uint64_t highest) {
  if (value.is_number_unsigned()) return value.get<uint64_t>() <= highest;
  if (value.is_number_integer()) {
    const auto number = value.get<int64_t>();
    return number < 0 ? number >= lowest : static_cast<uint64_t>(number) <= highest;
  }
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  constexpr double kExact = 9007199254740992;  // 2^53: beyond it a double no longer tells whole numbers apart
  return std::trunc(number) == number && std::abs(number) <= kExact &&
         number >= static_cast<double>(lowest) && number <= static_cast<double>(highest);
}

JsonView::JsonView(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object_.is_object())
    throw InputError(concat(where_, ": is ", type_name(object_), ", expected an object"));
}

bool JsonView::has(const std::string& key) const {
  const auto found = object_.find(key);
  return found != object_.end() && !found->is_null();
}

void JsonView::missing(const std::string& key) const {
  throw InputError(concat(where_, ": '", key, "' is missing"));
}

void JsonView::wrong_type(const std::string& key, const std::string& expected) const {
  throw InputError(concat(where_, ": '", key, "' is ", type_name(object_.at(key)), ", expected ", expected));
}

}  // namespace big
