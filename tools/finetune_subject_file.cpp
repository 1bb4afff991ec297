#include "finetune_subject_file.h"

#include <algorithm>
#include <array>
#include <set>

#include "big/core/error.h"
#include "big/core/error_place.h"
#include "big/core/text.h"

namespace big {
namespace {

/// What counts for the whole run: who teaches and where, on what, and how it is told.
bool is_of_the_run(const Option& option) {
  static constexpr std::array kShared = {"models_dir", "user", "device", "threads", "json", "quiet", "log_level"};
  return std::ranges::count(kShared, option.name()) != 0;
}

void read_own_settings(OptionTable& table, const ConfigTable& own) {
  table.read_table(own, Origin::kOwnTable);
  for (const Option& option : table.options()) {
    if (option.origin() == Origin::kOwnTable && is_of_the_run(option))
      throw UsageError(concat(own.where, ": '", option.name(), "' counts for the whole run: give it as a flag"));
  }
  for (const std::string name : {"path_to_instance_images", "category"}) {
    if (table.option(name).origin() != Origin::kOwnTable)
      throw InputError(concat(own.where, ": holds no '", name, "', expected one for each subject"));
  }
}

void check_photos(const FinetuneOptions& options, const std::string& where) {
  std::error_code error;
  if (!std::filesystem::is_directory(options.photos, error))
    throw InputError(concat(where, ": ", options.photos.string(), " is no folder, expected the subject's photos"));
}

}  // namespace

void check_goes_with_subject_file(OptionTable& table, const FinetuneArguments& arguments) {
  if (arguments.subject_file.empty()) return;
  for (const std::string name : {"path_to_instance_images", "category", "identifier", "resume"}) {
    if (table.option(name).origin() == Origin::kFlag)
      throw UsageError("--subject_file says what each subject is: leave --" + name + " out");
  }
}

std::vector<PlannedSubject> plan_subject_file(OptionTable& table,
                                              FinetuneArguments& arguments,
                                              const std::function<void()>& settle) {
  const OptionTable known = table;
  const FinetuneArguments before = arguments;
  std::vector<PlannedSubject> subjects;
  std::set<std::string> identifiers;
  for (const ConfigTable& own : read_config_tables(before.subject_file, "subject")) {
    read_own_settings(table, own);
    at_place(own.where, settle);
    const FinetuneOptions& options = arguments.options;
    check_photos(options, own.where);
    if (!options.identifier.empty() && !identifiers.insert(options.identifier).second)
      throw UsageError(concat(own.where, ": identifier '", options.identifier, "' is another subject's already"));
    subjects.push_back({options, own.where});
    table = known;
    arguments = before;
  }
  return subjects;
}

}  // namespace big
