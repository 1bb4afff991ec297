#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "big/training/measurement.h"
#include "event_file.h"
#include "run_report.h"

namespace big {

struct Run;
struct TrainingState;

/// What a run measures, kept as it comes, beside the log of the run and then beside its model: history.jsonl, a line
/// a measurement, with options.tensorboard the folder tensorboard/, with a validation_prompt previews/, and at the end
/// report.html. A run that goes on from a checkpoint writes
/// what came before it again. What cannot be written is one warning: nobody shall miss a run for it.
class RunHistory {
 public:
  explicit RunHistory(const Run& run);
  /// Training begins, or goes on, from `state`; what is there of later updates is gone.
  void begin(const TrainingState& state);
  void add_update(int64_t step, double loss);
  /// Says in the log what was found, too.
  void add(const Measurement& measurement);
  /// Puts the files beside the model, and report.html, whose path it returns; empty: it could not be written.
  std::filesystem::path succeeded(const RunEnd& end);
  /// Leaves them where they are, with the report of a run that failed.
  void failed(const std::string& why);
  /// Where the pictures lie that are drawn on the way.
  const std::filesystem::path& previews() const { return previews_folder_; }
  const std::vector<double>& losses() const { return losses_; }
  const std::vector<Measurement>& measurements() const { return measurements_; }

 private:
  void write_lines();
  std::filesystem::path write_report(const std::filesystem::path& file, const RunEnd& end) const;
  void draw(const Measurement& measurement);
  void draw(const std::string& tag, int64_t step, double value);

  const Run& run_;
  std::filesystem::path lines_file_, events_folder_, previews_folder_;
  std::unique_ptr<EventFile> events_;  ///< nothing: not asked for, or not to be written
  bool lines_fail_ = false;
  std::vector<double> losses_;
  std::vector<Measurement> measurements_;
};

}  // namespace big
