#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "big/registry/target_model.h"

namespace big {

/// Where the value of an option came from; a later one beats an earlier one.
enum class Origin { kDefault, kBigJson, kConfigFile, kPicture, kFlag, kOwnTable };

/// A value as a source wrote it, before its option reads it. kText is the command line's: any type.
struct RawValue {
  enum class Kind { kText, kString, kInteger, kNumber, kBoolean, kList, kOther };
  Kind kind = Kind::kText;
  std::string text;
  std::string where;           ///< names the value in errors: "--seed", "finetune.toml:3: 'seed'"
  std::filesystem::path base;  ///< folder that relative paths count from; empty: the working directory
  std::vector<RawValue> elements = {};  ///< of a list
};

/// One option, declared once: flag, TOML key, big.json key, help line and line of --print_config are all made
/// from it. It points at the field of an options struct, which holds the default.
class Option {
 public:
  using Field = std::variant<std::string*,
                             std::filesystem::path*,
                             int64_t*,
                             uint64_t*,
                             double*,
                             bool*,
                             TargetModel*,
                             std::vector<std::string>*>;

  Option(std::string name, std::string group, std::string help, Field field);

  /// A second name of the same value; giving both is an error.
  Option& alias(const std::string& other_name);
  /// May be given without a flag, shown as `label`; giving both is an error.
  Option& positional(const std::string& label);
  /// Numbers outside min ... max are refused.
  Option& range(double min, double max = std::numeric_limits<double>::infinity());
  /// The only words allowed.
  Option& choices(std::vector<std::string> words);
  /// What happens while nobody gave a value, where the field's default alone would not tell ("random").
  Option& unset(const std::string& meaning);
  /// Must be given; the tool checks it with OptionTable::require().
  Option& required();
  /// What stands for the value in the help ("DIR").
  Option& placeholder(const std::string& word);
  /// An action, not a setting: a flag alone, neither a key of files nor printed by --print_config.
  Option& flag_only();
  /// A setting of the person, which no base model may preset.
  Option& personal();
  /// A name, or a path where it holds a '/': paths in a file are relative to the file.
  Option& name_or_path();
  /// Has no part in how a picture looks: pictures do not record it.
  Option& unrecorded();

  /// Reads `raw` into the field. Throws UsageError for the command line's values, InputError for a file's.
  void assign(const RawValue& raw, Origin origin, const std::string& source);
  /// Leaves the value as nobody gave it, also where a weaker source would give one.
  void leave_unset(Origin origin, const std::string& source);
  /// Notes how a value that nobody gave was settled ("login name").
  void settled_by(const std::string& source) { source_ = source; }

  const std::string& name() const { return name_; }
  const std::string& group() const { return group_; }
  const std::string& help() const { return help_; }
  const std::vector<std::string>& aliases() const { return aliases_; }
  const std::string& positional_label() const { return positional_; }
  const std::vector<std::string>& allowed_words() const { return choices_; }
  const std::string& placeholder_word() const { return placeholder_; }
  const std::string& unset_meaning() const { return unset_; }
  bool is_required() const { return required_; }
  bool is_flag_only() const { return flag_only_; }
  bool is_personal() const { return personal_; }
  bool is_recorded() const { return !flag_only_ && !unrecorded_; }
  bool is_boolean() const { return std::holds_alternative<bool*>(field_); }
  bool is_text() const;
  bool is_path() const { return std::holds_alternative<std::filesystem::path*>(field_); }
  /// A list of texts: its flag may be given several times, in a file it is an array or one text.
  bool is_list() const { return std::holds_alternative<std::vector<std::string>*>(field_); }
  Origin origin() const { return origin_; }
  /// "command line", the file's name, "default", or what settled_by said.
  const std::string& source() const { return source_; }
  /// Nobody gave a value, and the default is a matter of the moment.
  bool is_unset() const {
    return left_unset_ || (origin_ == Origin::kDefault && !unset_.empty() && source_ == "default");
  }
  /// `text`, a value of the option; where that is a path, its last part alone.
  std::string without_folder(const std::string& text) const;
  /// The value for people ("7.5", "starter").
  std::string value_text() const;
  /// The value as TOML; relative paths made absolute, so that the file may lie anywhere.
  std::string value_toml() const;

 private:
  void read_integer(const RawValue& raw);
  void read_number(const RawValue& raw);
  void read_boolean(const RawValue& raw);
  void read_text(const RawValue& raw);
  void read_list(const RawValue& raw);
  /// `raw` as text; where it is a path, counted from the file's folder.
  std::string text_of(const RawValue& raw) const;
  bool is_path_text(const std::string& text) const;
  void check_range(const RawValue& raw, double value) const;
  std::string expected() const;

  std::string name_, group_, help_;
  Field field_;
  std::vector<std::string> aliases_, choices_;
  std::string positional_, placeholder_, unset_, source_ = "default";
  double min_ = -std::numeric_limits<double>::infinity(), max_ = std::numeric_limits<double>::infinity();
  bool flag_only_ = false, personal_ = false, name_or_path_ = false, required_ = false;
  bool unrecorded_ = false, left_unset_ = false;
  Origin origin_ = Origin::kDefault;
};

/// Shortest decimal that reads back as `value`: 7.5, 1e-06.
std::string number_text(double value);
/// `text` as a TOML basic string, quotes included.
std::string toml_string(const std::string& text);

}  // namespace big
