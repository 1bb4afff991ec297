#include "cli/option_table.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr const char* kBaseDefaults = "big.json";
constexpr const char* kMethods = "methods";

std::string source_name(const std::filesystem::path& model_folder) {
  return model_folder.filename().string() + "/" + kBaseDefaults;
}

/// A JSON value as options read it.
RawValue raw_of(const OrderedJson& value, const std::string& where, const std::filesystem::path& base) {
  using Kind = RawValue::Kind;
  RawValue raw{Kind::kOther, value.is_string() ? value.get<std::string>() : value.dump(), where, base};
  if (value.is_string()) raw.kind = Kind::kString;
  if (value.is_number()) raw.kind = Kind::kNumber;
  if (value.is_number_integer()) raw.kind = Kind::kInteger;
  if (value.is_boolean()) raw.kind = Kind::kBoolean;
  if (value.is_array()) {
    raw.kind = Kind::kList;
    for (const auto& element : value) raw.elements.push_back(raw_of(element, where, base));
  }
  return raw;
}

}  // namespace

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
  const auto file = model_folder / kBaseDefaults;
  if (!std::filesystem::exists(file)) return;
  const Json json = read_json(file);
  if (!json.is_object()) throw InputError(file.string() + ": expected a JSON object of defaults");
  overlay(json, file.string(), source_name(model_folder));
}

void OptionTable::overlay_base_method(const std::filesystem::path& model_folder, const std::string& method) {
  const auto file = model_folder / kBaseDefaults;
  if (!std::filesystem::exists(file)) return;
  const Json json = read_json(file);
  if (!JsonView(json, file.string()).has(kMethods)) return;
  const std::string where = file.string() + ": '" + kMethods + "'";
  const JsonView methods(json.at(kMethods), where);
  if (!methods.has(method)) return;
  const std::string own = where + ": '" + method + "'";
  if (!methods.raw(method).is_object()) throw InputError(own + ": expected an object of defaults");
  overlay(methods.raw(method), own, source_name(model_folder) + " for " + method);
}

void OptionTable::overlay(const Json& json, const std::string& where, const std::string& source) {
  for (const auto& [key, value] : json.items()) {
    Option* option = find(key);
    if (option == nullptr || value.is_null() || option->origin() == Origin::kBigJson) continue;
    const RawValue raw = raw_of(value, where + ": '" + key + "'", {});
    if (option->is_personal()) {
      log_warning(raw.where + " is passed over: a base model cannot set it");
      continue;
    }
    assign(*option, raw, Origin::kBigJson, source);
  }
}

std::vector<std::string> OptionTable::overlay_picture(const OrderedJson& settings,
                                                      const std::filesystem::path& picture) {
  const std::string source = picture.filename().string();
  std::vector<std::string> unknown;
  for (const auto& [key, value] : settings.items()) {
    Option* option = find(key);
    if (option == nullptr || !option->is_recorded()) {
      if (!value.is_null()) unknown.push_back(key + ": " + value.dump());
    } else if (!value.is_null()) {
      assign(*option, raw_of(value, picture.string() + ": '" + key + "'", picture.parent_path()),
             Origin::kPicture, source);
    } else if (option->origin() < Origin::kPicture) {
      option->leave_unset(Origin::kPicture, source);
    }
  }
  return unknown;
}

OrderedJson OptionTable::recorded_settings() const {
  OrderedJson settings = OrderedJson::object();
  for (const Option& option : options_) {
    if (!option.is_recorded()) continue;
    OrderedJson& value = settings[option.name()];
    const bool no_path = option.is_path() && option.value_text().empty();
    if (option.is_unset() || no_path) continue;  // null
    if (option.is_list()) {
      value = OrderedJson::array();
      for (const auto& element : OrderedJson::parse(option.value_toml()))
        value.push_back(option.without_folder(element.get<std::string>()));
    } else if (option.is_text()) {
      value = option.without_folder(option.value_text());
    } else {
      value = OrderedJson::parse(option.value_text());
    }
  }
  return settings;
}

void OptionTable::settle(const std::string& name, double value, const std::string& source) {
  if (given(name)) return;
  assign(option(name), {RawValue::Kind::kNumber, number_text(value), "'" + name + "'", {}}, Origin::kBigJson, source);
}

}  // namespace big
