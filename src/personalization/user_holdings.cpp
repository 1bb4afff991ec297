#include <algorithm>
#include <set>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/personalization/users.h"
#include "big/registry/names.h"
#include "checkpoint_folders.h"
#include "cost.h"
#include "kept_photos.h"
#include "layout.h"
#include "run_files.h"
#include "unfinished_runs.h"
#include "version_traces.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Collects what is there, each thing once.
class Finds {
 public:
  explicit Finds(const fs::path& models_dir) : models_dir_(models_dir) {}
  void add(const fs::path& relative) {
    std::error_code ignored;
    if (fs::exists(models_dir_ / relative, ignored) && seen_.insert(relative).second) found_.push_back(relative);
  }
  void add_absolute(const fs::path& path) { add(path.lexically_relative(models_dir_)); }
  std::vector<fs::path> take() { return std::move(found_); }

 private:
  const fs::path& models_dir_;
  std::set<fs::path> seen_;
  std::vector<fs::path> found_;
};

void add_own_folders(Finds& finds, const fs::path& models_dir, const std::string& user) {
  finds.add(fs::path("users") / user);
  for (const TargetModel target : {TargetModel::kPrivate, TargetModel::kPrivateMeta}) {
    finds.add_absolute(run_files_folder(models_dir, target, user));
    finds.add(checkpoints_folder(target, user, ""));
  }
}

/// Of one identifier of meta.
void add_runs(Finds& finds, const fs::path& models_dir, const std::string& identifier) {
  for (const auto& file : run_files_of(models_dir, TargetModel::kMeta, "", identifier)) finds.add_absolute(file);
  finds.add(checkpoints_folder(TargetModel::kMeta, "", identifier));
}

void add_photos(Finds& finds, const fs::path& models_dir, const std::string& identifier) {
  const fs::path photos = metamodel_layout(TargetModel::kMeta, "").photos;
  for (const auto& folder : folders_in(models_dir / photos)) {
    if (identifier_of_folder(folder.filename().string()) == identifier) finds.add(photos / folder.filename());
  }
}

[[noreturn]] void throw_nothing(const Registry& registry, const fs::path& models_dir, const std::string& user) {
  std::set<std::string> users;
  for (const auto& subject : registry.subjects) users.insert(subject.user);
  for (const auto& folder : folders_in(models_dir / "users")) users.insert(folder.filename().string());
  const std::vector<std::string> names(users.begin(), users.end());
  throw UsageError(concat("user '", user, "' has nothing in ", models_dir.string(), "; users there: ",
                          names.empty() ? "none yet" : join(names, ", ")));
}

}  // namespace

UserHoldings holdings_of_user(const fs::path& models_dir, const std::string& user) {
  validate_user(user);
  const Registry registry = read_registry(models_dir);
  UserHoldings holdings;
  Finds finds(models_dir);
  add_own_folders(finds, models_dir, user);
  for (const auto& subject : registry.subjects) {
    if (subject.user != user) continue;
    holdings.subjects.push_back(subject);
    holdings.photos += static_cast<int64_t>(kept_photo_files(models_dir, subject).size());
    if (subject.target != TargetModel::kMeta) continue;
    add_photos(finds, models_dir, subject.identifier);
    add_runs(finds, models_dir, subject.identifier);
  }
  holdings.unfinished = unfinished_meta_runs(models_dir, user);
  for (const auto& identifier : holdings.unfinished) add_runs(finds, models_dir, identifier);
  const auto theirs = [&](const Subject& subject) { return subject.user == user; };
  for (const auto& version : versions_that_taught(models_dir, TargetModel::kMeta, "", theirs))
    for (const auto& file : files_about_run(version)) finds.add_absolute(file);
  holdings.kept = finds.take();
  for (const auto& path : holdings.kept) holdings.bytes += bytes_on_disk(models_dir / path);
  if (holdings.empty()) throw_nothing(registry, models_dir, user);
  return holdings;
}

}  // namespace big
