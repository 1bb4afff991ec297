#include "big/personalization/rollback.h"

#include <algorithm>

#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/text.h"
#include "big/registry/names.h"
#include "big/registry/version_note.h"
#include "claim.h"
#include "cleanup.h"
#include "delete_strictly.h"
#include "layout.h"
#include "unregistered.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// The note of the version to go back to.
VersionNote find_version(const Registry& registry,
                         const fs::path& models_dir,
                         TargetModel target,
                         const std::string& user,
                         int64_t version) {
  const auto versions = metamodel_versions(registry, models_dir, target, user);
  std::vector<std::string> there;
  for (const auto& one : versions) {
    there.push_back(std::to_string(one.number));
    if (one.number != version) continue;
    if (one.note) return *one.note;
    throw UsageError(concat("version ", version, " of target model '", to_string(target),
                            "' does not say what it knew (an early version of this program made it): "
                            "it cannot be gone back to"));
  }
  throw UsageError(concat("target model '", to_string(target), "' has no version ", version, "; there ",
                          there.empty() ? "is none yet" : concat("are: ", join(there, ", "))));
}

/// What changes, worked out before anything does.
struct Change {
  RollbackResult result;
  std::vector<Subject> subjects;          ///< of the metamodel, from then on
  std::vector<fs::path> forgotten_photos;  ///< relative to models_dir
};

Change work_out(const Registry& registry,
                const fs::path& models_dir,
                TargetModel target,
                const std::string& user,
                int64_t version) {
  const VersionNote note = find_version(registry, models_dir, target, user, version);
  Change change{.result = {.version = version}};
  const auto now = registry.visible(target, user);
  const auto row_now = [&](const Subject& then) {
    return std::find_if(now.begin(), now.end(), [&](const Subject& s) { return s.identifier == then.identifier; });
  };
  for (Subject then : note.subjects) {
    const auto today = row_now(then);
    if (today == now.end()) continue;  // removed since: that stands
    // Taught anew since, its older photos were deleted: the newer ones are of the same subject.
    if (!fs::is_directory(models_dir / kept_photos(then))) set_kept_photos(then, kept_photos(*today));
    then.model_path = (versions_folder(target, user) / std::to_string(version)).string();
    change.result.identifiers.push_back(then.identifier);
    change.subjects.push_back(std::move(then));
  }
  for (const auto& subject : now) {
    const auto& kept = change.result.identifiers;
    if (std::find(kept.begin(), kept.end(), subject.identifier) != kept.end()) continue;
    change.result.forgotten.push_back(subject.identifier);
    change.forgotten_photos.push_back(kept_photos(subject));
  }
  return change;
}

/// Marked before the registry says so: a rollback killed after its write leaves what the next run deletes, one killed
/// before it leaves marks that the next run takes off.
void mark_what_goes(const Change& change, const fs::path& models_dir, const fs::path& versions) {
  for (const auto& photos : change.forgotten_photos) {
    if (!photos.empty() && fs::is_directory(models_dir / photos)) mark_unregistered(models_dir / photos);
  }
  for (const int64_t number : version_numbers(versions)) {
    if (number > change.result.version) mark_unregistered(versions / std::to_string(number));
  }
}

}  // namespace

RollbackResult plan_rollback(const fs::path& models_dir,
                             TargetModel target,
                             const std::string& user,
                             int64_t version) {
  validate_user(user);
  return work_out(read_registry(models_dir), models_dir, target, user, version).result;
}

RollbackResult rollback_metamodel(const fs::path& models_dir,
                                  TargetModel target,
                                  const std::string& user,
                                  int64_t version) {
  plan_rollback(models_dir, target, user, version);
  const FileLock lock = lock_writer(writer_lock_file(models_dir, target, user, ""),
                                    concat("target model '", to_string(target), "'"), WhenBusy::kWait);
  const Change change = work_out(read_registry(models_dir), models_dir, target, user, version);
  const std::string scope = identifier_scope(target, user);

  mark_what_goes(change, models_dir, models_dir / versions_folder(target, user));
  delete_strictly(models_dir / check_page(target, user));
  fail_point("registry");
  update_registry(models_dir, [&](Registry& registry) {
    std::erase_if(registry.subjects,
                  [&](const Subject& s) { return identifier_scope(s.target, s.user) == scope; });
    registry.subjects.insert(registry.subjects.end(), change.subjects.begin(), change.subjects.end());
    registry.metamodels[scope].version = std::to_string(version);
    for (const auto& word : change.result.forgotten) registry.retired.push_back(concat(scope, "/", word));
  });
  fail_point("registry");
  clean_metamodel(models_dir, target, user);
  return change.result;
}

}  // namespace big
