#include "user_locks.h"

#include <map>
#include <set>

#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "layout.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// The lock files named `prefix`<identifier>.lock. Identifiers hold no '-': another user whose name goes on after a
/// '-' is none of them.
std::vector<fs::path> lock_files(const fs::path& models_dir, const std::string& prefix) {
  std::vector<fs::path> files;
  std::error_code error;
  for (auto it = fs::directory_iterator(models_dir / "locks", error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.starts_with(prefix) && name.find('-', prefix.size()) == std::string::npos) files.push_back(it->path());
  }
  return files;
}

/// A lock for each model that is registered, lies in the user's folder or is being taught now.
std::set<fs::path> locks_of(const fs::path& models_dir, const std::string& user) {
  std::set<fs::path> files;
  const auto add = [&](TargetModel target, const std::string& identifier) {
    files.insert(writer_lock_file(models_dir, target, user, identifier));
  };
  add(TargetModel::kMeta, "");
  add(TargetModel::kPrivateMeta, "");
  for (const auto& subject : read_registry(models_dir).visible(TargetModel::kPrivate, user))
    add(TargetModel::kPrivate, subject.identifier);
  for (const auto& file : lock_files(models_dir, concat("writer-private-", user, "-"))) files.insert(file);
  return files;
}

}  // namespace

std::vector<FileLock> lock_models_of(const fs::path& models_dir, const std::string& user, WhenBusy when_busy) {
  std::map<fs::path, FileLock> held;
  // A run that was waited for may have registered a model meanwhile, another have begun.
  for (bool more = true; more;) {
    more = false;
    for (const auto& file : locks_of(models_dir, user)) {
      if (held.contains(file)) continue;
      held.emplace(file, lock_writer(file, concat("a model of user '", user, "' or meta"), when_busy));
      more = true;
    }
  }
  std::vector<FileLock> locks;
  for (auto& [file, lock] : held) locks.push_back(std::move(lock));
  return locks;
}

void remove_stale_locks(const fs::path& models_dir, const std::string& user) noexcept {
  try {
    std::vector<fs::path> files = lock_files(models_dir, concat("writer-private-", user, "-"));
    for (const TargetModel target : {TargetModel::kPrivate, TargetModel::kPrivateMeta})
      for (const auto& file : lock_files(models_dir, concat("identifier-", to_string(target), "+", user, "-")))
        files.push_back(file);
    files.push_back(writer_lock_file(models_dir, TargetModel::kPrivateMeta, user, ""));
    for (const auto& file : files) {
      if (!fs::exists(file)) continue;
      if (auto lock = FileLock::try_acquire(file)) lock->remove_on_release();
    }
  } catch (const std::exception&) {
    // An empty file that nobody holds is only untidy.
  }
}

}  // namespace big
