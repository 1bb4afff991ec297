// The command line, parsed by CLI11.
#include <CLI/CLI.hpp>
#include <map>

#include "big/core/error.h"
#include "big/core/text.h"
#include "cli/option_table.h"

namespace big {
namespace {

/// One spelling of an option on the command line.
struct Spelling {
  CLI::Option* parsed;
  std::string shown;
};

/// CLI11 takes `--x=` for `--x` with the value still to come: say the empty value in so many words.
std::vector<std::string> with_empty_values(const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  for (const std::string& argument : arguments) {
    if (argument.size() > 3 && argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      out.push_back(argument.substr(0, argument.size() - 1));
      out.emplace_back();
    } else {
      out.push_back(argument);
    }
  }
  return out;
}

void parse(CLI::App& app, const std::vector<std::string>& arguments) {
  std::vector<std::string> reversed = with_empty_values(arguments);
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(reversed);
  } catch (const CLI::ArgumentMismatch& error) {
    const std::string message = error.what();  // "--user: 1 required TEXT missing"
    throw UsageError(message.substr(0, message.find(':')) + ": a value is missing");
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
}

[[noreturn]] void refuse_unknown(const std::string& argument,
                                 const std::vector<std::string>& names,
                                 const std::string& tool) {
  if (argument.empty() || argument[0] != '-') {
    const bool boolean = argument == "true" || argument == "false";
    throw UsageError("unexpected argument '" + argument + "'" +
                     (boolean ? "; a boolean is written --name=" + argument
                              : " (a value with spaces needs quotes; see " + tool + " --help)"));
  }
  const std::string flag = argument.substr(0, argument.find('='));
  const std::string near = nearest(flag, names);
  throw UsageError("unknown flag '" + flag + "'" +
                   (near.empty() ? "; see " + tool + " --help" : "; did you mean '" + near + "'?"));
}

}  // namespace

void OptionTable::read_flags(const std::vector<std::string>& arguments) {
  CLI::App app;
  app.set_help_flag();
  app.allow_extras();
  std::map<Option*, std::vector<Spelling>> spellings;
  const auto declare = [&](Option& option, const std::string& spelling) {
    CLI::Option* parsed = option.is_boolean() ? app.add_flag(spelling) : app.add_option(spelling);
    parsed->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    const bool positional = spelling == option.positional_label();
    if (option.is_list() && positional)
      parsed->expected(0, CLI::detail::expected_max_vector_size)->allow_extra_args(true);
    spellings[&option].push_back({parsed, spelling});
  };
  for (Option& option : options_) {
    declare(option, "--" + option.name());
    for (const std::string& alias : option.aliases()) declare(option, "--" + alias);
    if (!option.positional_label().empty()) declare(option, option.positional_label());
  }
  parse(app, arguments);
  if (const auto extra = app.remaining(); !extra.empty()) {
    const auto flag =
        std::find_if(extra.begin(), extra.end(), [](const auto& e) { return e.starts_with("-"); });
    refuse_unknown(flag == extra.end() ? extra.front() : *flag, all_names("--", true), text_.name);
  }
  for (Option& option : options_) {
    const Spelling* used = nullptr;
    for (const Spelling& spelling : spellings[&option]) {
      if (spelling.parsed->count() == 0) continue;
      if (used != nullptr) {
        throw UsageError(used->shown + " and " + spelling.shown + " are the same value: give one of them");
      }
      used = &spelling;
      const auto& values = spelling.parsed->results();
      const bool many = option.is_boolean() || option.is_list();
      if (values.size() > 1 && !many) throw UsageError(spelling.shown + " is given twice");
      RawValue raw{RawValue::Kind::kText, values.back(), spelling.shown, {}};
      if (option.is_list()) {
        const RawValue pattern = raw;
        raw.kind = RawValue::Kind::kList;
        for (const std::string& value : values) raw.elements.emplace_back(pattern).text = value;
      }
      assign(option, raw, Origin::kFlag, "command line");
    }
  }
}

}  // namespace big
