// What a table says about itself: --help and --print_config.
#include <sstream>

#include "big/core/text.h"
#include "cli/option_table.h"

namespace big {
namespace {

constexpr size_t kHelpColumn = 34;
constexpr size_t kHelpWidth = 110;

std::string value_word(const Option& option) {
  if (option.is_boolean()) return "";
  if (!option.placeholder_word().empty()) return " " + option.placeholder_word();
  return option.is_text() || option.is_list() ? " TEXT" : " N";
}

std::string left_side(const Option& option) {
  std::string text = option.positional_label().empty() ? "" : option.positional_label() + ", ";
  text += "--" + option.name();
  for (const std::string& alias : option.aliases()) text += ", --" + alias;
  return text + value_word(option);
}

std::string right_side(const Option& option) {
  std::string text = option.help();
  if (!option.allowed_words().empty()) text += ": " + join(option.allowed_words(), "|");
  if (option.is_required()) return text + " (required)";
  if (option.is_flag_only()) return text;
  std::string value = option.origin() == Origin::kDefault && !option.unset_meaning().empty()
                          ? option.unset_meaning()
                          : option.value_text();
  if (option.is_boolean()) value = value == "true" ? "true; --" + option.name() + "=false turns it off" : "";
  return value.empty() ? text : text + " (default: " + value + ")";
}

/// Words of `text` in lines from column kHelpColumn on.
void write_wrapped(std::ostream& out, const std::string& text) {
  std::istringstream words(text);
  std::string word;
  size_t column = kHelpColumn;
  while (words >> word) {
    if (column > kHelpColumn && column + 1 + word.size() > kHelpWidth) {
      out << '\n' << std::string(kHelpColumn, ' ');
      column = kHelpColumn;
    }
    if (column > kHelpColumn) {
      out << ' ';
      ++column;
    }
    out << word;
    column += word.size();
  }
  out << '\n';
}

}  // namespace

std::string OptionTable::help() const {
  std::ostringstream out;
  out << text_.name << ": " << text_.summary << "\n\nExamples:\n";
  for (const std::string& example : text_.examples) out << "  " << example << '\n';
  out << "\nUsage: " << text_.usage << '\n';
  std::string group;
  for (const Option& option : options_) {
    if (option.group() != group) {
      group = option.group();
      out << '\n' << group << ":\n";
    }
    const std::string left = "  " + left_side(option);
    out << left;
    if (left.size() + 2 > kHelpColumn) {
      out << '\n' << std::string(kHelpColumn, ' ');
    } else {
      out << std::string(kHelpColumn - left.size(), ' ');
    }
    write_wrapped(out, right_side(option));
  }
  return out.str();
}

std::string OptionTable::print_config() const {
  std::ostringstream out;
  for (const Option& option : options_) {
    if (option.is_flag_only()) continue;
    if (option.is_unset()) {
      out << "# " << option.name() << ": " << option.unset_meaning() << '\n';
    } else {
      out << option.name() << " = " << option.value_toml() << "  # " << option.source() << '\n';
    }
  }
  return out.str();
}

OrderedJson OptionTable::config_json() const {
  OrderedJson values = OrderedJson::object();
  for (const Option& option : options_) {
    if (option.is_flag_only()) continue;
    OrderedJson value = option.is_unset() ? OrderedJson(nullptr) : OrderedJson(option.value_text());
    if (option.is_list()) value = OrderedJson::parse(option.value_toml());
    if (!option.is_unset() && !option.is_text() && !option.is_list()) {
      value = OrderedJson::parse(option.value_text());
    }
    values[option.name()] = {{"value", value},
                             {"from", option.is_unset() ? option.unset_meaning() : option.source()}};
  }
  return {{"config", values}};
}

}  // namespace big
