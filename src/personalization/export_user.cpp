#include <algorithm>

#include "big/core/atomic_file.h"
#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/personalization/users.h"
#include "big/registry/subject_json.h"
#include "layout.h"
#include "run_files.h"
#include "unregistered.h"
#include "user_locks.h"
#include "version_traces.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// A folder or file of models_dir, and where it lies in what is handed out.
struct Part {
  fs::path from;  ///< absolute
  fs::path to;    ///< relative
};

/// One file to copy.
struct File {
  fs::path from, to;
  uint64_t bytes = 0;
};

fs::path photos_part(const Subject& subject) {
  return fs::path(to_string(subject.target)) / "photos" / subject.identifier;
}

fs::path model_part(const Subject& subject) {
  if (subject.target == TargetModel::kPrivate) return fs::path("private") / subject.identifier;
  return subject.target == TargetModel::kPrivateMeta ? fs::path("private_meta/model") : fs::path();
}

/// Everything, in the order of its places.
std::vector<Part> parts_of(const UserHoldings& holdings, const fs::path& models_dir, const std::string& user) {
  std::vector<Part> parts;
  const auto add = [&](const fs::path& from, const fs::path& to) {
    const bool known = std::ranges::any_of(parts, [&](const Part& part) { return part.to == to; });
    std::error_code ignored;
    if (!known && !to.empty() && fs::exists(from, ignored)) parts.push_back({from, to});
  };
  for (const auto& subject : holdings.subjects) {
    add(models_dir / subject.model_path, model_part(subject));
    if (!kept_photos(subject).empty()) add(models_dir / kept_photos(subject), photos_part(subject));
  }
  const auto theirs = [&](const Subject& subject) { return subject.user == user; };
  for (const auto& version : versions_that_taught(models_dir, TargetModel::kMeta, "", theirs))
    for (const auto& file : files_about_run(version))
      add(file, fs::path("meta/runs") / version.filename() / file.filename());
  for (const TargetModel target : {TargetModel::kPrivate, TargetModel::kPrivateMeta})
    add(run_files_folder(models_dir, target, user), fs::path("unfinished") / to_string(target));
  for (const auto& identifier : holdings.unfinished)
    for (const auto& file : run_files_of(models_dir, TargetModel::kMeta, "", identifier))
      add(file, fs::path("unfinished/meta") / file.filename());
  return parts;
}

std::vector<File> files_of(const std::vector<Part>& parts) {
  std::vector<File> files;
  for (const auto& part : parts) {
    if (!fs::is_directory(part.from)) {
      files.push_back({part.from, part.to, fs::file_size(part.from)});
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(part.from)) {
      if (!entry.is_regular_file() || is_unregistered_note(entry.path())) continue;
      files.push_back({entry.path(), part.to / entry.path().lexically_relative(part.from), entry.file_size()});
    }
  }
  return files;
}

void refuse_full_disk(const std::vector<File>& files, const fs::path& target) {
  uint64_t bytes = 0;
  for (const auto& file : files) bytes += file.bytes;
  const uint64_t free = free_disk_bytes(target);
  if (bytes <= free) return;
  throw MachineError(concat(target.string(), ": the disk has ", format_bytes(free), " free, expected ",
                            format_bytes(bytes), "; name a folder on another disk"));
}

void copy_out(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(from, to, error);
  if (error) throw MachineError(concat(from.string(), ": cannot be copied to ", to.string(), ": ", error.message()));
}

OrderedJson about_user(const UserHoldings& holdings, const std::vector<Part>& parts, const std::string& user) {
  OrderedJson rows = OrderedJson::array();
  const auto place = [&](const fs::path& to) {
    const bool there = !to.empty() && std::ranges::any_of(parts, [&](const Part& part) { return part.to == to; });
    return there ? OrderedJson(to.string()) : OrderedJson();
  };
  for (const auto& subject : holdings.subjects) {
    rows.push_back({{"registered", subject_to_json(subject)},
                    {"model", place(model_part(subject))},
                    {"photos", place(photos_part(subject))}});
  }
  return {{"user", user}, {"subjects", rows}};
}

void refuse_existing(const fs::path& target) {
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(target, ignored))) return;
  throw UsageError(concat(target.string(), ": is there already; name a folder that is not there yet, it will be made"));
}

}  // namespace

UserHoldings export_user(const fs::path& models_dir,
                         const std::string& user,
                         const fs::path& target,
                         bool no_wait,
                         const ProgressFn& progress) {
  // A path that ends in '/' has no name of its own.
  const fs::path folder = target.has_filename() ? target : target.parent_path();
  refuse_existing(folder);
  holdings_of_user(models_dir, user);  // who has nothing waits for nobody
  const auto locks = lock_models_of(models_dir, user, no_wait ? WhenBusy::kRefuse : WhenBusy::kWait);
  const UserHoldings holdings = holdings_of_user(models_dir, user);
  const auto parts = parts_of(holdings, models_dir, user);
  const auto files = files_of(parts);
  refuse_full_disk(files, folder);

  StagedFolder staged(folder);
  for (size_t i = 0; i < files.size(); ++i) {
    throw_if_interrupted();
    copy_out(files[i].from, staged.path() / files[i].to);
    report(progress, {"copying", static_cast<int64_t>(i) + 1, static_cast<int64_t>(files.size())});
  }
  write_file_atomically(staged.path() / "user.json", about_user(holdings, parts, user).dump(2) + "\n");
  refuse_existing(folder);  // a commit would put ours in its place
  staged.commit();
  return holdings;
}

}  // namespace big
