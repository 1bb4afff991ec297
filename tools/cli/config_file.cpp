// The configuration file, parsed by toml++.
#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "big/core/error.h"
#include "big/core/text.h"
#include "cli/config_table.h"
#include "cli/option_table.h"

namespace big {
namespace {

/// A configuration file is some lines; anything longer is another file by mistake.
constexpr std::uintmax_t kMaxBytes = 1 << 20;

/// toml++ opens a table inside a table for each dot of a key and closes them by recursion: without a limit, a
/// file of dots exhausts the stack. Keys of ours hold none, prompts a few.
constexpr std::ptrdiff_t kMaxDots = 4096;

std::string read_text_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) {
    throw InputError(file.string() + ": no such configuration file");
  }
  if (std::filesystem::file_size(file, error) > kMaxBytes) {
    throw InputError(file.string() + ": is over 1 MiB, which is no configuration file");
  }
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  if (!in) throw InputError(file.string() + ": cannot be read");
  return text.str();
}

toml::table parse_toml(const std::filesystem::path& file) {
  const std::string text = read_text_file(file);
  if (std::count(text.begin(), text.end(), '.') > kMaxDots) {
    throw InputError(
        concat(file.string(), ": holds over ", kMaxDots, " dots, which is no configuration file"));
  }
  try {
    return toml::parse(text, file.string());
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw InputError(concat(file.string(), ":", at.line, ":", at.column, ": ", error.description()));
  }
}

RawValue raw_value(const toml::node& node, const std::string& where, const std::filesystem::path& base) {
  using Kind = RawValue::Kind;
  if (const auto* text = node.as_string()) return {Kind::kString, text->get(), where, base};
  if (const auto* integer = node.as_integer())
    return {Kind::kInteger, std::to_string(integer->get()), where, base};
  if (const auto* number = node.as_floating_point())
    return {Kind::kNumber, number_text(number->get()), where, base};
  if (const auto* boolean = node.as_boolean())
    return {Kind::kBoolean, boolean->get() ? "true" : "false", where, base};
  if (const auto* array = node.as_array()) {
    RawValue list{Kind::kList, "an array", where, base};
    for (const toml::node& element : *array) list.elements.push_back(raw_value(element, where, base));
    return list;
  }
  const std::string kind = node.is_table() ? "a table" : "a date";
  return {Kind::kOther, kind, where, base};
}

std::vector<ConfigValue> values_of(const toml::table& table, const std::filesystem::path& file) {
  std::vector<ConfigValue> values;
  for (const auto& [toml_key, node] : table) {
    const std::string key(toml_key.str());
    const std::string where = concat(file.string(), ":", node.source().begin.line, ": '", key, "'");
    values.push_back({key, raw_value(node, where, file.parent_path())});
  }
  return values;
}

}  // namespace

std::vector<ConfigTable> read_config_tables(const std::filesystem::path& file, const std::string& name) {
  const toml::table whole = parse_toml(file);
  const std::string expected = ", expected a table [[" + name + "]] for each";
  for (const auto& [key, node] : whole) {
    if (key.str() != name)
      throw InputError(
          concat(file.string(), ":", node.source().begin.line, ": found '", key.str(), "'", expected));
  }
  const auto* array = whole[name].as_array();
  if (array == nullptr || array->empty()) throw InputError(file.string() + ": holds no " + name + expected);
  std::vector<ConfigTable> tables;
  for (const toml::node& node : *array) {
    const auto line = node.source().begin.line;
    const auto* table = node.as_table();
    if (table == nullptr)
      throw InputError(concat(file.string(), ":", line, ": found another value", expected));
    tables.push_back({concat(file.string(), ":", line), file.filename().string(), values_of(*table, file)});
  }
  return tables;
}

void OptionTable::read_config(const std::filesystem::path& file) {
  read_table({file.string(), file.filename().string(), values_of(parse_toml(file), file)});
}

void OptionTable::read_table(const ConfigTable& table, Origin origin) {
  std::map<Option*, std::string> seen;
  for (const auto& [key, raw] : table.values) {
    Option* option = find(key);
    if (option == nullptr) {
      const std::string near = nearest(key, all_names("", false));
      throw UsageError(raw.where + " is no key of " + text_.name +
                       (near.empty() ? "; see " + text_.name + " --help" : "; did you mean '" + near + "'?"));
    }
    if (option->is_flag_only()) throw UsageError(raw.where + " is a flag only, it cannot stand in a file");
    if (const auto earlier = seen.find(option); earlier != seen.end()) {
      throw UsageError(raw.where + " and '" + earlier->second + "' are the same value: give one of them");
    }
    seen[option] = key;
    assign(*option, raw, origin, table.source);
  }
}

}  // namespace big
