// list_identifiers: every identifier with its category, by target model. Needs no libtorch, so it starts at
// once.
#include <iostream>
#include <set>

#include "big/core/text.h"
#include "big/registry/registry.h"
#include "big/registry/version_note.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/run_guarded.h"
#include "cli/text_table.h"

namespace big {
namespace {

constexpr size_t kDay = 10;  // of 2026-11-25T10:00:00Z

/// What the person asked for.
struct ListOptions {
  CommonOptions common;
  bool all_users = false, details = false, versions = false;
};

OrderedJson subject_json(const Subject& subject, bool details) {
  if (!details) return subject.category;
  OrderedJson json = {{"category", subject.category}, {"photos", subject.photos},  {"steps", subject.steps},
                      {"date", subject.date},         {"base", subject.base_name}, {"model_path", subject.model_path}};
  if (subject.target == TargetModel::kMeta) json["user"] = subject.user;  // who added it
  return json;
}

OrderedJson target_json(const Registry& registry,
                        TargetModel target,
                        const ListOptions& options,
                        const std::string& user) {
  OrderedJson out = OrderedJson::object();
  for (const Subject& subject : registry.visible(target, user)) {
    out[subject.identifier] = subject_json(subject, options.details);
  }
  return out;
}

std::string target_table(const std::vector<Subject>& subjects,
                         const ListOptions& options,
                         const std::string& title) {
  if (subjects.empty()) return title + ": nothing taught yet\n";
  std::vector<std::vector<std::string>> rows = {
      {"identifier", "category", "photos", "steps", "date", "base"}};
  const bool is_meta = subjects.front().target == TargetModel::kMeta;
  if (is_meta) rows.front().push_back("user");  // who added it
  if (options.details) rows.front().push_back("model");
  for (const Subject& s : subjects) {
    rows.push_back({s.identifier, s.category, std::to_string(s.photos), std::to_string(s.steps),
                    s.date.substr(0, kDay), s.base_name});
    if (is_meta) rows.back().push_back(s.user);
    if (options.details) rows.back().push_back(s.model_path);
  }
  return title + ":\n" + text_table(rows);
}

std::vector<std::string> users_to_show(const Registry& registry, const ListOptions& options) {
  if (!options.all_users) return {options.common.user};
  std::set<std::string> users;
  for (const Subject& subject : registry.subjects) {
    if (subject.target != TargetModel::kMeta) users.insert(subject.user);
  }
  return {users.begin(), users.end()};
}

OrderedJson list_json(const Registry& registry, const ListOptions& options) {
  OrderedJson out = OrderedJson::object(), users = OrderedJson::object();
  for (const std::string& user : users_to_show(registry, options)) {
    OrderedJson own = {{"private", target_json(registry, TargetModel::kPrivate, options, user)},
                       {"private_meta", target_json(registry, TargetModel::kPrivateMeta, options, user)}};
    if (options.all_users) {
      users[user] = own;
    } else {
      out = own;
    }
  }
  if (options.all_users) out["users"] = users;
  out["meta"] = target_json(registry, TargetModel::kMeta, options, options.common.user);
  return out;
}

std::string list_text(const Registry& registry, const ListOptions& options) {
  std::string out;
  for (const std::string& user : users_to_show(registry, options)) {
    for (const TargetModel target : {TargetModel::kPrivate, TargetModel::kPrivateMeta}) {
      out += target_table(registry.visible(target, user), options, to_string(target) + " (" + user + ")");
    }
  }
  return out +
         target_table(registry.visible(TargetModel::kMeta, options.common.user), options, "meta (all users)");
}

OrderedJson versions_json(const std::vector<MetamodelVersion>& versions) {
  OrderedJson out = OrderedJson::array();
  for (const auto& version : versions) {
    OrderedJson identifiers = nullptr, date = nullptr;  // of versions without a note nobody knows
    if (version.note) {
      identifiers = OrderedJson::array();
      for (const Subject& subject : version.note->subjects) identifiers.push_back(subject.identifier);
      date = version.note->date;
    }
    out.push_back({{"version", version.number},
                   {"identifiers", identifiers},
                   {"date", date},
                   {"current", version.current}});
  }
  return out;
}

std::string versions_table(const std::vector<MetamodelVersion>& versions, const std::string& title) {
  if (versions.empty()) return title + ": nothing taught yet\n";
  std::vector<std::vector<std::string>> rows = {{"version", "date", "learned", "knows"}};
  for (const auto& version : versions) {
    std::vector<std::string> known;
    if (version.note) {
      for (const Subject& subject : version.note->subjects) known.push_back(subject.identifier);
    }
    rows.push_back({std::to_string(version.number) + (version.current ? " (current)" : ""),
                    version.note ? version.note->date.substr(0, kDay) : "?",
                    version.note ? version.note->learned : "?", version.note ? join(known, ", ") : "?"});
  }
  return title + ":\n" + text_table(rows);
}

/// The versions of the metamodels that this person draws with.
void list_versions(const ListOptions& options, const Registry& registry) {
  OrderedJson json = OrderedJson::object();
  std::string text;
  for (const TargetModel target : {TargetModel::kPrivateMeta, TargetModel::kMeta}) {
    const auto& user = options.common.user;
    const auto versions = metamodel_versions(registry, options.common.models_dir, target, user);
    json[to_string(target)] = versions_json(versions);
    const std::string whose = target == TargetModel::kMeta ? "all users" : user;
    text += versions_table(versions, to_string(target) + " (" + whose + ")");
  }
  print_result(options.common.json, text, json);
}

void list_identifiers(const std::vector<std::string>& arguments) {
  ListOptions options;
  OptionTable table(
      {"list_identifiers",
       "show every identifier with its category, by target model",
       "list_identifiers [options]",
       {"list_identifiers", "list_identifiers --all_users", "list_identifiers --json --details",
        "list_identifiers --versions"}});
  table.add("What to show", "all_users", "the private models of every user", &options.all_users);
  table.add("What to show", "details", "the models' folders too; with --json all that is known",
            &options.details);
  table.add("What to show", "versions", "the metamodels' versions, which finetune --rollback goes back to",
            &options.versions);
  add_common_options(table, options.common);
  if (!read_options(table, options.common, arguments)) return;
  if (answer_print_config(table, options.common)) return;
  if (table.given("models_dir")) require_models_dir(options.common);
  const Registry registry = read_registry(options.common.models_dir);
  if (options.versions) return list_versions(options, registry);
  print_result(options.common.json, list_text(registry, options), list_json(registry, options));
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) { return big::run_guarded(argc, argv, big::list_identifiers); }
