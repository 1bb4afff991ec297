#include "run_history.h"

#include <chrono>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/training/training_state.h"
#include "fixed_text.h"
#include "preview_pictures.h"
#include "run.h"
#include "run_files.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kQuarterTags[] = {"1_little_noise", "2_some_noise", "3_more_noise", "4_much_noise"};

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string in_words(const Measurement& measured, const std::vector<Measurement>& all) {
  std::string text = concat("after ", measured.step, " updates: score ", fixed(measured.score, 4));
  if (measured.drift) text += concat(", class drift ", fixed(100 * *measured.drift, 1), " %");
  const auto best = best_of(all);
  if (best && all[*best].step == measured.step) text += ", the best so far";
  if (best && all[*best].step < measured.step) text += concat(" (the best: after ", all[*best].step, ")");
  return text;
}

void move_beside(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::exists(from, error)) return;
  fs::rename(from, to, error);
  if (!error) return;
  // Another file system: cache/ may be a link.
  fs::copy(from, to, fs::copy_options::recursive | fs::copy_options::overwrite_existing, error);
  if (error) {
    log_warning(concat(from.string(), " stays where it is: ", error.message()));
    return;
  }
  fs::remove_all(from, error);
}

}  // namespace

RunHistory::RunHistory(const Run& run)
    : run_(run), lines_file_(run_file(run, concat(".", kHistoryFile))), events_folder_(run_file(run, concat(".", kEventsFolder))),
      previews_folder_(run_file(run, concat(".", kPreviewsFolder))) {}

void RunHistory::begin(const TrainingState& state) {
  losses_ = state.losses;
  measurements_ = state.measurements;
  std::error_code ignored;
  events_.reset();
  fs::remove(lines_file_, ignored);  // an earlier run's that failed
  fs::remove_all(events_folder_, ignored);
  for (const auto& [step, pictures] : previews_in(previews_folder_))
    for (const fs::path& picture : pictures)
      if (measurements_.empty() || step > measurements_.back().step) fs::remove(picture, ignored);
  if (!measurements_.empty()) write_lines();
  if (!run_.options.tensorboard) return;
  const double now = seconds_since_1970();
  const auto name = concat("events.out.tfevents.", static_cast<int64_t>(now), ".big");
  try {
    events_ = std::make_unique<EventFile>(events_folder_ / name, now);
  } catch (const MachineError& error) {
    log_warning(concat("this run has no event file: ", error.what()));
  }
  for (size_t i = 0; i < losses_.size(); ++i) draw("loss/training", static_cast<int64_t>(i) + 1, losses_[i]);
  for (const Measurement& measured : measurements_) draw(measured);
}

void RunHistory::add_update(int64_t step, double loss) {
  losses_.push_back(loss);
  draw("loss/training", step, loss);
}

void RunHistory::add(const Measurement& measurement) {
  measurements_.push_back(measurement);
  write_lines();
  draw(measurement);
  log_info(in_words(measurement, measurements_));
}

void RunHistory::write_lines() {
  if (lines_fail_) return;
  std::string lines;
  for (const Measurement& measured : measurements_) lines += to_json(measured).dump() + "\n";
  try {
    write_file_atomically(lines_file_, lines);
  } catch (const MachineError& error) {
    log_warning(concat("this run keeps no history: ", error.what()));
    lines_fail_ = true;
  }
}

void RunHistory::draw(const Measurement& measurement) {
  const Quarters errors = judged_errors(measurement);
  for (size_t q = 0; q < errors.size(); ++q) draw(concat("error/", kQuarterTags[q]), measurement.step, errors[q]);
  if (measurement.drift) draw("validation/class_drift", measurement.step, *measurement.drift);
  draw("validation/score", measurement.step, measurement.score);
}

void RunHistory::draw(const std::string& tag, int64_t step, double value) {
  if (!events_) return;
  try {
    events_->add(tag, step, value, seconds_since_1970());
  } catch (const MachineError& error) {
    log_warning(concat("the event file ends here: ", error.what()));
    events_.reset();
  }
}

fs::path RunHistory::write_report(const fs::path& file, const RunEnd& end) const {
  try {
    write_file_atomically(file, run_report(run_, *this, end));
    return file;
  } catch (const std::exception& error) {  // whatever it is, what the run ended with matters more
    log_warning(concat("this run has no report: ", error.what()));
    return {};
  }
}

fs::path RunHistory::succeeded(const RunEnd& end) {
  events_.reset();
  std::error_code ignored;
  fs::remove(run_file(run_, concat(".", kReportFile)), ignored);  // an earlier run's that failed
  move_beside(lines_file_, end.model / kHistoryFile);
  move_beside(events_folder_, end.model / kEventsFolder);
  move_beside(previews_folder_, end.model / kPreviewsFolder);
  previews_folder_ = end.model / kPreviewsFolder;
  return write_report(end.model / kReportFile, end);
}

void RunHistory::failed(const std::string& why) {
  events_.reset();
  RunEnd end;
  end.error = why;
  const fs::path report = write_report(run_file(run_, concat(".", kReportFile)), end);
  if (!report.empty()) log_info(concat("its report: ", report.string()));
}

}  // namespace big
