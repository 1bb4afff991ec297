#include "train_log.h"

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "run.h"
#include "run_files.h"
#include "run_record.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kNotesARun = 100;

/// True for a hundred of all updates, the last among them.
bool is_noted(int64_t done, int64_t total) {
  return total > 0 && done * kNotesARun / total != (done - 1) * kNotesARun / total;
}

}  // namespace

void TrainLog::begin(const Run& run) {
  const fs::path file = run_file(run, ".log");
  try {
    log_.keep_in(file);
    file_ = file;
  } catch (const MachineError& error) {
    log_warning(concat("this run keeps no log: ", error.what()));
  }
  const std::string command = repeating_command(run);
  if (!command.empty()) log_.note("command: " + command);
}

ProgressFn TrainLog::watched(ProgressFn progress) {
  return [this, progress = std::move(progress)](const Progress& step) {
    if (step.loss && is_noted(step.done, step.total))
      log_.note(concat(step.stage, ": ", step.done, " of ", step.total, ", loss ", *step.loss));
    report(progress, step);
  };
}

void TrainLog::succeeded(const fs::path& model) {
  if (file_.empty()) return;
  log_.note("finished: " + model.string());
  try {
    write_file_atomically(model / kTrainLogFile, log_.text());
  } catch (const MachineError& error) {
    log_warning(concat("the log stays where it is, at ", file_.string(), ": ", error.what()));
    return;
  }
  std::error_code ignored;
  fs::remove(file_, ignored);
}

void TrainLog::failed(const std::string& why) {
  if (file_.empty()) return;
  log_.note("error: " + why);
  log_info(concat("what this run said is kept in ", file_.string()));
}

}  // namespace big
