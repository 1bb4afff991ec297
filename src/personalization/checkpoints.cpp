#include "checkpoints.h"

#include <algorithm>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/file_lock.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/pipeline/save_model.h"
#include "big/registry/registry.h"
#include "run.h"
#include "run_settings.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char *kRoot = "cache/checkpoints", *kPrefix = "checkpoint-", *kLatest = "latest";

std::vector<fs::path> folders_in(const fs::path& parent) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (auto it = fs::directory_iterator(parent, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    if (it->is_directory(error)) folders.push_back(it->path());
  }
  return folders;
}

/// The updates in "checkpoint-50", or -1.
int64_t updates_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  const std::string number = name.starts_with(kPrefix) ? name.substr(std::string(kPrefix).size()) : "";
  const bool is_number = !number.empty() && number.size() < 18 &&
                         number.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? std::stoll(number) : -1;
}

/// A living run works on this subject.
bool is_running(const FinetuneOptions& options, const std::string& identifier) {
  return !is_metamodel(options.target) &&
         FileLock::is_held(writer_lock_file(options.models_dir, options.target, options.user, identifier));
}

/// The newest checkpoint of the scope, by when it was written.
fs::path latest_of_scope(const FinetuneOptions& options) {
  const fs::path scope = options.models_dir / checkpoints_folder(options.target, options.user, "");
  fs::path latest;
  fs::file_time_type newest;
  for (const auto& subject : folders_in(scope)) {
    const std::string identifier = subject.filename().string();
    const bool wanted = options.identifier.empty() || options.identifier == identifier;
    const auto checkpoints = checkpoints_in(subject);
    if (!wanted || checkpoints.empty() || is_running(options, identifier)) continue;
    std::error_code ignored;
    const auto written = fs::last_write_time(checkpoints.back(), ignored);
    if (!latest.empty() && written <= newest) continue;
    latest = checkpoints.back();
    newest = written;
  }
  return latest;
}

fs::path find_folder(const FinetuneOptions& options) {
  if (options.resume == kLatest) {
    const fs::path latest = latest_of_scope(options);
    if (!latest.empty()) return latest;
    throw UsageError(concat("--resume latest: target model '", to_string(options.target), "' of user '",
                            options.user, "' has no checkpoint",
                            options.identifier.empty() ? "" : concat(" of '", options.identifier, "'"),
                            "; begin without --resume, with --checkpointing_steps"));
  }
  if (has_training_state(options.resume)) return options.resume;
  const auto inside = checkpoints_in(options.resume);
  if (!inside.empty()) return inside.back();
  throw UsageError(concat("--resume ", options.resume,
                          ": is neither 'latest' nor a checkpoint (a folder with training_state.json)"));
}

}  // namespace

fs::path checkpoints_folder(TargetModel target, const std::string& user, const std::string& identifier) {
  return fs::path(kRoot) / identifier_scope(target, user) / identifier;
}

std::vector<fs::path> checkpoints_in(const fs::path& folder) {
  auto found = folders_in(folder);
  std::erase_if(found,
                [](const fs::path& path) { return updates_of(path) < 0 || !has_training_state(path); });
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return updates_of(a) < updates_of(b); });
  return found;
}

void remove_checkpoints(const fs::path& models_dir,
                        TargetModel target,
                        const std::string& user,
                        const std::string& identifier) noexcept {
  std::error_code ignored;
  fs::remove_all(models_dir / checkpoints_folder(target, user, identifier), ignored);
}

void clean_checkpoints(const fs::path& models_dir) {
  std::error_code error;
  // checkpoints/<scope>/<identifier>, a scope being one or two names.
  for (auto it = fs::recursive_directory_iterator(models_dir / kRoot, error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (!it->is_directory(error)) continue;
    const bool is_checkpoint = it->path().filename().string().starts_with(kPrefix);
    if (is_checkpoint || it.depth() > 2) {
      it.disable_recursion_pending();
    } else {
      clean_leftovers(it->path());
    }
  }
}

ResumePoint find_resume_point(const FinetuneOptions& options) {
  const fs::path folder = find_folder(options);
  ResumePoint point{folder, load_training_state(folder)};
  check_settings_shape(point.stored.about, folder);
  return point;
}

Checkpoints::Checkpoints(const Run& run)
    : run_(run),
      folder_(run.options.models_dir /
              checkpoints_folder(run.options.target, run.options.user, run.claim.identifier)),
      fresh_(!run.resume) {
  if (run.resume) last_ = run.resume->folder;
  const auto before = checkpoints_in(folder_);
  if (fresh_ && run.options.train.checkpointing_steps > 0 && !before.empty()) {
    log_warning(concat("checkpoints of an earlier run of '", run.claim.identifier, "' (the last: ",
                       before.back().filename().string(),
                       ") will be replaced by this run's first one; --resume latest would go on from there"));
  }
}

void Checkpoints::write(const StableDiffusion& model, const TrainingState& state) {
  const fs::path target = folder_ / concat(kPrefix, state.step);
  {
    StagedFolder staged(target);
    save_kept_parts(run_, model, staged.path());
    save_training_state(state, staged.path(), run_settings(run_));
    staged.commit();
  }
  last_ = target;
  fail_point("checkpoint");
  delete_old();
  fresh_ = false;
  log_debug(concat("wrote ", target.string()));
}

void Checkpoints::delete_old() const {
  auto others = checkpoints_in(folder_);
  std::erase(others, last_);
  // A run that began anew goes on from nothing that lies here.
  const auto limit = static_cast<size_t>(std::max<int64_t>(0, run_.options.checkpoints_total_limit));
  size_t too_many = fresh_ ? others.size() : limit == 0 || others.size() < limit ? 0 : others.size() - limit + 1;
  for (size_t i = 0; i < too_many; ++i) {
    std::error_code ignored;
    fs::remove_all(others[i], ignored);
  }
}

std::string Checkpoints::note() const {
  if (last_.empty()) return "";
  return concat("; ", last_.filename().string(),
                " is kept: the same command with --resume latest goes on from there");
}

}  // namespace big
