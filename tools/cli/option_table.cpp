#include "cli/option_table.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"

namespace big {

Option& OptionTable::add(const std::string& group,
                         const std::string& name,
                         const std::string& help,
                         Option::Field field) {
  return options_.emplace_back(name, group, help, field);
}

Option* OptionTable::find(const std::string& name) {
  for (Option& option : options_) {
    const auto& aliases = option.aliases();
    if (option.name() == name || std::count(aliases.begin(), aliases.end(), name) != 0) return &option;
  }
  return nullptr;
}

Option& OptionTable::option(const std::string& name) {
  if (Option* found = find(name)) return *found;
  throw std::logic_error("no option '" + name + "' was declared");
}

std::vector<std::string> OptionTable::all_names(const std::string& prefix, bool flags_too) const {
  std::vector<std::string> names;
  for (const Option& option : options_) {
    if (option.is_flag_only() && !flags_too) continue;
    names.push_back(prefix + option.name());
    for (const std::string& alias : option.aliases()) names.push_back(prefix + alias);
  }
  return names;
}

void OptionTable::assign(Option& option, const RawValue& raw, Origin origin, const std::string& source) {
  if (option.origin() > origin) return;  // a stronger source has spoken already
  option.assign(raw, origin, source);
}

void OptionTable::require(const std::string& name, const std::string& how) {
  if (!given(name)) throw UsageError(how);
}

void OptionTable::overlay_base(const std::filesystem::path& model_folder) {
  const auto file = model_folder / "big.json";
  if (!std::filesystem::exists(file)) return;
  const Json json = read_json(file);
  if (!json.is_object()) throw InputError(file.string() + ": expected a JSON object of defaults");
  const std::string source = model_folder.filename().string() + "/big.json";
  for (const auto& [key, value] : json.items()) {
    Option* option = find(key);
    if (option == nullptr || value.is_null()) continue;
    RawValue raw{RawValue::Kind::kOther,
                 value.is_string() ? value.get<std::string>() : value.dump(),
                 file.string() + ": '" + key + "'",
                 {}};
    if (option->is_personal()) {
      log_warning(raw.where + " is passed over: a base model cannot set it");
      continue;
    }
    if (value.is_string()) raw.kind = RawValue::Kind::kString;
    if (value.is_number()) raw.kind = RawValue::Kind::kNumber;
    if (value.is_number_integer()) raw.kind = RawValue::Kind::kInteger;
    if (value.is_boolean()) raw.kind = RawValue::Kind::kBoolean;
    assign(*option, raw, Origin::kBigJson, source);
  }
}

}  // namespace big
