#include "finetune_users.h"

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "big/personalization/users.h"
#include "cli/confirm.h"
#include "cli/output.h"
#include "cli/progress_bar.h"

namespace big {
namespace {

std::vector<std::string> words_of(const UserHoldings& holdings, TargetModel target) {
  std::vector<std::string> words;
  for (const auto& subject : holdings.subjects)
    if (subject.target == target) words.push_back(subject.identifier);
  return words;
}

constexpr TargetModel kTargets[] = {TargetModel::kPrivate, TargetModel::kPrivateMeta, TargetModel::kMeta};

/// "private: sks, brc; meta: vfr; 12 kept photos; 48 MiB in all".
std::string summary(const UserHoldings& holdings) {
  std::vector<std::string> parts;
  for (const TargetModel target : kTargets) {
    const auto words = words_of(holdings, target);
    if (!words.empty()) parts.push_back(concat(to_string(target), ": ", join(words, ", ")));
  }
  if (holdings.photos > 0) parts.push_back(concat(holdings.photos, " kept photos"));
  if (!holdings.unfinished.empty()) parts.push_back(concat("unfinished runs on meta: ", join(holdings.unfinished, ", ")));
  parts.push_back(concat(format_bytes(holdings.bytes), " in all"));
  return join(parts, "; ");
}

OrderedJson holdings_json(const UserHoldings& holdings) {
  OrderedJson json = OrderedJson::object();
  for (const TargetModel target : kTargets) json[to_string(target)] = words_of(holdings, target);
  json["unfinished"] = holdings.unfinished;
  json["photos"] = holdings.photos;
  json["bytes"] = holdings.bytes;
  return json;
}

/// What deleting photos cannot do.
std::string about_weights(const UserHoldings& holdings) {
  if (words_of(holdings, TargetModel::kMeta).empty()) return "";
  return "meta's weights keep what they learned of those subjects; their words are never given again.\n";
}

}  // namespace

void forget(const FinetuneArguments& given) {
  const std::string& name = given.forget_user;
  const auto& models_dir = given.common.models_dir;
  if (!given.yes)
    require_yes(concat("Delete everything of user '", name, "' (", summary(holdings_of_user(models_dir, name)), ")?"));
  const UserHoldings gone = forget_user(models_dir, name, given.options.no_wait);
  OrderedJson json = {{"forgotten", name}};
  json.update(holdings_json(gone));
  print_result(given.common.json,
               concat("Deleted everything of user '", name, "': ", summary(gone), ".\n", about_weights(gone)), json);
}

void hand_out(OptionTable& table, const FinetuneArguments& given) {
  // Not from a configuration file: there it is the photos.
  if (table.option("path_to_instance_images").origin() != Origin::kFlag)
    throw UsageError("--export_user: say into which new folder: finetune --export_user NAME DIR");
  const std::filesystem::path& folder = given.options.photos;
  UserHoldings copied;
  {
    ProgressBar bar(given.common.quiet);
    copied = export_user(given.common.models_dir, given.export_user, folder, given.options.no_wait, bar.callback());
  }
  OrderedJson json = {{"exported", given.export_user}, {"directory", folder.string()}};
  json.update(holdings_json(copied));
  print_result(given.common.json,
               concat("Everything of user '", given.export_user, "' is in ", folder.string(), ": ", summary(copied),
                      ".\nuser.json there says what is where.\n"),
               json);
}

}  // namespace big
