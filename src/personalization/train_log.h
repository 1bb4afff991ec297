#pragma once

#include <filesystem>
#include <string>

#include "big/core/progress.h"
#include "big/core/run_log.h"

namespace big {

struct Run;

/// What a run says, kept: in models_dir/cache/logs/ while it goes on, where a failed run leaves it, and beside the
/// model as train.log when it has succeeded. A log that cannot be written is a warning: nobody shall miss a run for it.
class TrainLog {
 public:
  /// From here on the file is written; an earlier failed run's of the same subject goes.
  void begin(const Run& run);
  /// `progress`, with the loss noted a hundred times a run.
  ProgressFn watched(ProgressFn progress);
  void succeeded(const std::filesystem::path& model);
  /// Notes the error and says where the log is. Nothing where the run had not begun.
  void failed(const std::string& why);

 private:
  RunLog log_;
  std::filesystem::path file_;  ///< empty: not begun
};

}  // namespace big
