#pragma once

#include <filesystem>
#include <string>

#include "big/registry/target_model.h"

namespace big {

struct Run;

/// Where what a run tells of itself lies while it goes on, and where a failed run leaves it:
/// models_dir/cache/logs/<scope>/<identifier><ending>.
std::filesystem::path run_file(const Run& run, const std::string& ending);

/// Deletes all that failed runs of a subject left there; with no identifier, of everything in the scope.
void remove_run_files(const std::filesystem::path& models_dir,
                      TargetModel target,
                      const std::string& user,
                      const std::string& identifier) noexcept;

}  // namespace big
