#include "run_files.h"

#include "big/registry/registry.h"
#include "run.h"

namespace big {
namespace fs = std::filesystem;

std::vector<fs::path> files_about_run(const fs::path& model) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const char* name : {kRunRecordFile, kTrainLogFile, kHistoryFile, kEventsFolder, kPreviewsFolder, kReportFile})
    if (fs::exists(model / name, ignored)) found.push_back(model / name);
  return found;
}

fs::path run_files_folder(const fs::path& models_dir, TargetModel target, const std::string& user) {
  return models_dir / "cache" / "logs" / identifier_scope(target, user);
}

fs::path run_file(const Run& run, const std::string& ending) {
  const auto& options = run.options;
  return run_files_folder(options.models_dir, options.target, options.user) / (run.claim.identifier + ending);
}

std::vector<fs::path> run_files_of(const fs::path& models_dir,
                                   TargetModel target,
                                   const std::string& user,
                                   const std::string& identifier) {
  std::vector<fs::path> found;  // identifiers hold no '.'
  std::error_code error;
  for (auto it = fs::directory_iterator(run_files_folder(models_dir, target, user), error);
       !error && it != fs::directory_iterator(); it.increment(error)) {
    if (it->path().filename().string().starts_with(identifier + ".")) found.push_back(it->path());
  }
  return found;
}

void remove_run_files(const fs::path& models_dir,
                      TargetModel target,
                      const std::string& user,
                      const std::string& identifier) noexcept {
  std::error_code ignored;
  if (identifier.empty()) {
    fs::remove_all(run_files_folder(models_dir, target, user), ignored);
    return;
  }
  for (const auto& path : run_files_of(models_dir, target, user, identifier)) fs::remove_all(path, ignored);
}

}  // namespace big
