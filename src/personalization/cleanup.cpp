#include "cleanup.h"

#include <algorithm>
#include <set>
#include <vector>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/file_lock.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/registry/registry.h"
#include "big/registry/version_note.h"
#include "checkpoint_folders.h"
#include "claim.h"
#include "layout.h"
#include "unregistered.h"
#include "version_traces.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Best effort: what cannot be deleted now (another owner, say) is tried again by the next run.
void delete_folder(const fs::path& folder) {
  std::error_code error;
  fs::remove_all(folder, error);
  log_debug(concat(error ? "cannot delete " : "deleted what an earlier run left: ", folder.string()));
}

bool is_partial(const fs::path& folder) {
  return folder.filename().string().find(".partial-") != std::string::npos;
}

/// A private model that the registry names and whose publishing is over: nothing to do, and no lock to take.
bool is_settled(const Registry& registry,
                const fs::path& models_dir,
                const std::string& user,
                const fs::path& folder) {
  const auto subject =
      registry.find(TargetModel::kPrivate, user, identifier_of_folder(folder.filename().string()));
  return subject && models_dir / subject->model_path == folder && !is_marked_unregistered(folder);
}

void clean_user(const Registry& registry, const fs::path& models_dir, const fs::path& user_folder) {
  const std::string user = user_folder.filename().string();
  clean_leftovers(user_folder);
  for (const auto& folder : folders_in(user_folder)) {
    const std::string name = folder.filename().string();
    if (is_partial(folder) || is_settled(registry, models_dir, user, folder)) continue;
    const bool is_meta = name == subject_folder(TargetModel::kPrivateMeta, user, "").filename();
    const TargetModel target = is_meta ? TargetModel::kPrivateMeta : TargetModel::kPrivate;
    auto lock = FileLock::try_acquire(writer_lock_file(models_dir, target, user, identifier_of_folder(name)));
    if (!lock) continue;  // a living run's
    lock->remove_on_release();
    if (is_meta) {
      clean_metamodel(models_dir, target, user);
    } else {
      clean_private_folder(models_dir, user, name);
    }
  }
}

/// A folder of kept photos is needless when it was never registered, or its subject has another one by now.
void clean_photos(const fs::path& models_dir, const fs::path& photos, const std::vector<Subject>& subjects) {
  clean_leftovers(photos);
  for (const auto& folder : folders_in(photos)) {
    if (is_partial(folder)) continue;
    bool named = false, elsewhere = false;
    for (const auto& subject : subjects) {
      named = named || models_dir / kept_photos(subject) == folder;
      elsewhere = elsewhere || subject.identifier == identifier_of_folder(folder.filename().string());
    }
    if (named) {
      unmark_unregistered(folder);
    } else if (elsewhere || is_marked_unregistered(folder)) {
      delete_folder(folder);
    }
  }
}

/// Keeps the current version and, of the ones before it, those that keeps_version() names; deletes newer ones that
/// were never registered or rolled away. Where the current one is not there (or nothing is registered) none is old.
void clean_versions(const fs::path& versions, const std::string& current) {
  clean_leftovers(versions);
  const auto numbers = version_numbers(versions);
  const auto now =
      std::find_if(numbers.begin(), numbers.end(), [&](int64_t n) { return std::to_string(n) == current; });
  for (const int64_t n : numbers) {
    const fs::path folder = versions / std::to_string(n);
    const bool published = now != numbers.end() && n <= *now;
    if (published ? keeps_version(n, *now) : !is_marked_unregistered(folder)) {
      if (published) unmark_unregistered(folder);
    } else {
      delete_folder(folder);
    }
  }
}

/// What the versions still tell of subjects that were removed.
void clean_traces(const Registry& registry, const fs::path& models_dir, TargetModel target, const std::string& user) {
  const std::set<std::string> retired(registry.retired.begin(), registry.retired.end());
  const std::string scope = identifier_scope(target, user) + "/";
  try {
    erase_version_traces(models_dir, target, user,
                         [&](const Subject& subject) { return retired.contains(scope + subject.identifier); });
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    log_warning(concat("something of a removed subject stays: ", error.what()));
  }
}

}  // namespace

void clean_private_folder(const fs::path& models_dir,
                          const std::string& user,
                          const std::string& folder_name) {
  const std::string identifier = identifier_of_folder(folder_name);
  const fs::path folder = models_dir / "users" / user / folder_name;
  // Read under the lock: a run that was about to register it has done so by now, or never will.
  const auto subject = read_registry(models_dir).find(TargetModel::kPrivate, user, identifier);
  if (subject && models_dir / subject->model_path == folder) {
    unmark_unregistered(folder);
  } else if (subject || is_marked_unregistered(folder)) {
    delete_folder(folder);
  }
}

void clean_metamodel(const fs::path& models_dir, TargetModel target, const std::string& user) {
  const Registry registry = read_registry(models_dir);
  const auto state = registry.metamodels.find(identifier_scope(target, user));
  const MetamodelLayout layout = metamodel_layout(target, user);
  clean_versions(models_dir / layout.versions,
                 state == registry.metamodels.end() ? "" : state->second.version);
  clean_photos(models_dir, models_dir / layout.photos, registry.visible(target, user));
  clean_traces(registry, models_dir, target, user);
}

void clean_models_dir(const fs::path& models_dir) {
  const Registry registry =
      read_registry(models_dir);  // a damaged one stops the run before anything is deleted
  clean_leftovers(models_dir);
  clean_leftovers(models_dir / "cache");
  clean_leftovers(models_dir / "cache" / "converted");
  clean_leftovers(models_dir / "cache" / "contact_sheets");
  clean_leftovers(models_dir / "cache" / "identifiers");
  clean_checkpoints(models_dir);
  for (const auto& folder : folders_in(models_dir / "cache" / "class_images")) clean_leftovers(folder);
  for (const auto& folder : folders_in(models_dir / "users")) clean_user(registry, models_dir, folder);
  if (!fs::exists(models_dir / subject_folder(TargetModel::kMeta, "", ""))) return;
  auto lock = FileLock::try_acquire(writer_lock_file(models_dir, TargetModel::kMeta, "", ""));
  if (!lock) return;
  lock->remove_on_release();
  clean_metamodel(models_dir, TargetModel::kMeta, "");
}

}  // namespace big
