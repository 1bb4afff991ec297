#include "unfinished_runs.h"

#include <fstream>
#include <set>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/training/training_state.h"
#include "checkpoint_folders.h"
#include "run_files.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// A log holds the command that repeats its run.
bool log_names(const fs::path& file, const std::string& user) {
  std::ifstream log(file);
  for (std::string line; std::getline(log, line);) {
    if (line.find("command: finetune ") == std::string::npos) continue;
    return line.find(concat(" --user=", user, ' ')) != std::string::npos;
  }
  return false;
}

bool checkpoint_names(const fs::path& folder, const std::string& user) {
  try {
    const Json about = load_training_state(folder).about;
    return about.is_object() && about.contains("flags") && about["flags"].value("user", "") == user;
  } catch (const Error& error) {
    log_warning(concat("nobody knows whose this checkpoint is: ", error.what()));
    return false;
  }
}

}  // namespace

std::vector<std::string> unfinished_meta_runs(const fs::path& models_dir, const std::string& user) {
  std::set<std::string> found;
  const fs::path logs = run_files_folder(models_dir, TargetModel::kMeta, "");
  std::error_code error;
  for (auto it = fs::directory_iterator(logs, error); !error && it != fs::directory_iterator(); it.increment(error)) {
    if (it->path().extension() == ".log" && log_names(it->path(), user)) found.insert(it->path().stem().string());
  }
  for (const auto& subject : subjects_with_checkpoints(models_dir, TargetModel::kMeta, "")) {
    const auto checkpoints = checkpoints_in(models_dir / checkpoints_folder(TargetModel::kMeta, "", subject));
    if (checkpoint_names(checkpoints.back(), user)) found.insert(subject);
  }
  return {found.begin(), found.end()};
}

}  // namespace big
