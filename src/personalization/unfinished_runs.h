#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace big {

/// The identifiers of meta under which a failed or stopped run of `user` left a log or checkpoints. No registry row
/// names them: the log's command and the checkpoint's settings do.
std::vector<std::string> unfinished_meta_runs(const std::filesystem::path& models_dir, const std::string& user);

}  // namespace big
