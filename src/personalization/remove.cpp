#include "big/personalization/remove.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/registry/names.h"
#include "big/registry/registry.h"
#include "checkpoint_folders.h"
#include "claim.h"
#include "cleanup.h"
#include "delete_strictly.h"
#include "layout.h"
#include "run_files.h"
#include "unregistered.h"

namespace big {
namespace fs = std::filesystem;
namespace {

Subject find_or_throw(const fs::path& models_dir,
                      TargetModel target,
                      const std::string& user,
                      const std::string& identifier) {
  const Registry registry = read_registry(models_dir);
  if (auto subject = registry.find(target, user, identifier)) return *subject;
  std::vector<std::string> known;
  for (const auto& [id, category] : registry.categories(target, user))
    known.push_back(concat(id, " (", category, ")"));
  throw UsageError(concat("'", identifier, "' is not known in target model '", to_string(target),
                          "' of user '", user,
                          "'; known: ", known.empty() ? "nothing yet" : join(known, ", ")));
}

void mark_if_there(const fs::path& folder) {
  if (fs::is_directory(folder)) mark_unregistered(folder);
}

bool in_scope(const Subject& subject, const std::string& scope) {
  return identifier_scope(subject.target, subject.user) == scope;
}

}  // namespace

void remove_subject(const fs::path& models_dir,
                    TargetModel target,
                    const std::string& user,
                    const std::string& identifier) {
  validate_user(user);
  find_or_throw(models_dir, target, user, identifier);
  const FileLock lock = lock_writer(writer_lock_file(models_dir, target, user, identifier),
                                    concat("the model of '", identifier, "'"), WhenBusy::kWait);
  const Subject subject = find_or_throw(models_dir, target, user, identifier);
  const std::string scope = identifier_scope(target, user);

  // Marked first: a run killed between the registry's write and the deletion leaves what the next run
  // deletes.
  const fs::path model_name = fs::path(subject.model_path).filename();
  const fs::path doomed = is_metamodel(target)
                              ? metamodel_layout(target, user).photos / kept_photos(subject).filename()
                              : fs::path("users") / user / model_name;
  if (doomed.has_filename()) mark_if_there(models_dir / doomed);
  if (is_metamodel(target)) delete_strictly(models_dir / check_page(target, user));
  update_registry(models_dir, [&](Registry& registry) {
    std::erase_if(registry.subjects,
                  [&](const Subject& s) { return s.identifier == identifier && in_scope(s, scope); });
    if (is_metamodel(target)) registry.retired.push_back(concat(scope, "/", identifier));
  });

  remove_checkpoints(models_dir, target, user, identifier);
  remove_run_files(models_dir, target, user, identifier);
  if (is_metamodel(target)) {
    clean_metamodel(models_dir, target, user);
  } else {
    clean_private_folder(models_dir, user, model_name.string());
  }
}

void reset_metamodel(const fs::path& models_dir, TargetModel target, const std::string& user) {
  if (!is_metamodel(target)) {
    throw UsageError(concat("--reset is for the metamodels (private_meta, meta), not for '",
                            to_string(target), "'; a private subject is deleted with --remove"));
  }
  validate_user(user);
  const std::string scope = identifier_scope(target, user);
  const FileLock lock = lock_writer(writer_lock_file(models_dir, target, user, ""),
                                    concat("target model '", to_string(target), "'"), WhenBusy::kWait);
  if (!read_registry(models_dir).metamodels.contains(scope)) {
    throw UsageError(
        concat("target model '", to_string(target), "' was taught nothing yet: there is nothing to reset"));
  }
  const MetamodelLayout layout = metamodel_layout(target, user);
  for (const auto& parent : {models_dir / layout.versions, models_dir / layout.photos}) {
    if (!fs::is_directory(parent)) continue;
    for (const auto& entry : fs::directory_iterator(parent)) mark_if_there(entry.path());
  }
  update_registry(models_dir, [&](Registry& registry) {
    std::erase_if(registry.subjects, [&](const Subject& subject) { return in_scope(subject, scope); });
    registry.metamodels.erase(scope);
    std::erase_if(registry.retired, [&](const std::string& word) { return word.rfind(scope + "/", 0) == 0; });
  });
  delete_strictly(models_dir / check_page(target, user));
  remove_checkpoints(models_dir, target, user, "");
  remove_run_files(models_dir, target, user, "");
  clean_metamodel(models_dir, target, user);
}

}  // namespace big
