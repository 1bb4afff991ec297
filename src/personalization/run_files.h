#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/registry/target_model.h"

namespace big {

struct Run;

/// What a run that succeeded leaves beside its model, besides the model.
inline constexpr const char *kRunRecordFile = "run.json", *kTrainLogFile = "train.log",
                            *kHistoryFile = "history.jsonl", *kEventsFolder = "tensorboard",
                            *kPreviewsFolder = "previews", *kReportFile = "report.html";
/// Those of them that lie in a model's folder.
std::vector<std::filesystem::path> files_about_run(const std::filesystem::path& model);

/// models_dir/cache/logs/<scope>: where what runs tell of themselves lies while they go on, and where failed ones
/// leave it.
std::filesystem::path run_files_folder(const std::filesystem::path& models_dir,
                                       TargetModel target,
                                       const std::string& user);

/// <identifier><ending> in it.
std::filesystem::path run_file(const Run& run, const std::string& ending);

/// All that failed runs of a subject left there.
std::vector<std::filesystem::path> run_files_of(const std::filesystem::path& models_dir,
                                                TargetModel target,
                                                const std::string& user,
                                                const std::string& identifier);

/// Deletes that; with no identifier, of everything in the scope.
void remove_run_files(const std::filesystem::path& models_dir,
                      TargetModel target,
                      const std::string& user,
                      const std::string& identifier) noexcept;

}  // namespace big
