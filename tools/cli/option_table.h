#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "cli/config_table.h"
#include "cli/option.h"

namespace big {

/// What the help says before the options.
struct ToolText {
  std::string name;                   ///< "finetune"; its configuration file is finetune.toml
  std::string summary;                ///< one sentence
  std::string usage;                  ///< "finetune PHOTOS --category C [options]"
  std::vector<std::string> examples;  ///< commands, shown first
};

/// All options of a tool, in the order of the help. Sources are read in falling precedence (flags, a picture
/// drawn again, configuration file, big.json): each sets only what none before it set. What a prompt's own table
/// says beats them all. A copy holds what is known by then, not the fields' values.
class OptionTable {
 public:
  explicit OptionTable(ToolText text) : text_(std::move(text)) {}

  /// Declares an option whose value lives in `field`, which must outlive the table.
  Option& add(const std::string& group,
              const std::string& name,
              const std::string& help,
              Option::Field field);

  /// Reads flags (argv without the program's name). Throws UsageError: unknown flag (naming the nearest),
  /// wrong value, a value given twice.
  void read_flags(const std::vector<std::string>& arguments);
  /// Reads a TOML file. Throws InputError for a file that is missing, broken (line and column) or holds a
  /// wrong value, UsageError for an unknown key.
  void read_config(const std::filesystem::path& file);
  /// Reads one of a file's tables. Throws as read_config.
  void read_table(const ConfigTable& table, Origin origin = Origin::kConfigFile);
  /// Overlays a base model's defaults, if its folder holds a big.json. Keys of other tools and of newer
  /// versions are passed over; personal settings in it are not obeyed. Throws InputError for a wrong value.
  void overlay_base(const std::filesystem::path& model_folder);
  /// Reads the settings that a picture has recorded (null: left unset), before the configuration file is read,
  /// which they beat. Returns the names that no option has, with their values. Throws InputError for a wrong
  /// value.
  std::vector<std::string> overlay_picture(const OrderedJson& settings, const std::filesystem::path& picture);
  /// What overlay_picture reads: every option that has a part in how a picture looks, without the folders of
  /// paths.
  OrderedJson recorded_settings() const;
  /// The same for what stands at "methods", `method` in it: defaults for one way of working, which win over the
  /// others where they are overlaid first.
  void overlay_base_method(const std::filesystem::path& model_folder, const std::string& method);
  /// A default that depends on other options, where no source gave a value; `source` says on which.
  void settle(const std::string& name, double value, const std::string& source);

  const ToolText& text() const { return text_; }
  const std::deque<Option>& options() const { return options_; }
  Option& option(const std::string& name);
  /// A source gave the value (it is not the struct's default).
  bool given(const std::string& name) { return option(name).origin() != Origin::kDefault; }
  /// Throws UsageError with `how` where nobody gave the value.
  void require(const std::string& name, const std::string& how);

  std::string help() const;
  /// TOML that read_config accepts; each line ends with where its value came from.
  std::string print_config() const;
  /// {"config": {name: {"value", "from"}}}.
  OrderedJson config_json() const;

 private:
  Option* find(const std::string& name);
  std::vector<std::string> all_names(const std::string& prefix, bool flags_too) const;
  void assign(Option& option, const RawValue& raw, Origin origin, const std::string& source);
  void overlay(const Json& json, const std::string& where, const std::string& source);

  ToolText text_;
  std::deque<Option> options_;  // a deque: references stay valid while options are added
};

}  // namespace big
