#include "checkpoints.h"

#include <algorithm>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/file_lock.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "checkpoint_folders.h"
#include "run.h"
#include "run_settings.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLatest = "latest";

/// A living run works on this subject.
bool is_running(const FinetuneOptions& options, const std::string& identifier) {
  return !is_metamodel(options.target) &&
         FileLock::is_held(writer_lock_file(options.models_dir, options.target, options.user, identifier));
}

/// The newest checkpoint of the scope, by when it was written.
fs::path latest_of_scope(const FinetuneOptions& options) {
  fs::path latest;
  fs::file_time_type newest;
  for (const auto& identifier : subjects_with_checkpoints(options.models_dir, options.target, options.user)) {
    const bool wanted = options.identifier.empty() || options.identifier == identifier;
    if (!wanted || is_running(options, identifier)) continue;
    const fs::path folder = checkpoints_folder(options.target, options.user, identifier);
    const fs::path last = checkpoints_in(options.models_dir / folder).back();
    std::error_code ignored;
    const auto written = fs::last_write_time(last, ignored);
    if (!latest.empty() && written <= newest) continue;
    latest = last;
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

ResumePoint find_resume_point(const FinetuneOptions& options) {
  const fs::path folder = find_folder(options);
  const StoredTrainingState stored = load_training_state(folder);
  check_settings_shape(stored.about, folder);
  return {folder, stored.state.step, stored.about};
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
  const fs::path target = folder_ / checkpoint_name(state.step);
  {
    StagedFolder staged(target);
    save_kept_parts(run_, model, staged.path());
    save_training_state(state, staged.path(), run_.settings);
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
  const bool fits = limit == 0 || others.size() < limit;
  const size_t too_many = fresh_ ? others.size() : fits ? 0 : others.size() - limit + 1;
  for (size_t i = 0; i < too_many; ++i) {
    std::error_code ignored;
    fs::remove_all(others[i], ignored);
  }
}

std::string Checkpoints::note() const {
  if (last_.empty()) return "";
  const std::string name = last_.parent_path() == folder_ ? "latest" : last_.string();
  return concat("; ", last_.filename().string(), " is kept: the same command with --resume ", name,
                " goes on from there");
}

}  // namespace big
