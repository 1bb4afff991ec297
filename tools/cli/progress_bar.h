#pragma once

#include <chrono>
#include <string>

#include "big/core/progress.h"

namespace big {

/// What one line of progress says.
struct ProgressLine {
  Progress step;
  double rate = 0;   ///< steps a second; 0: not known yet
  int columns = 80;  ///< of the terminal
  bool bar = true;   ///< draw the bar; false: words alone
};
/// "training [#####-----]  12/300  3.4/s  1 min 25 s left  loss 0.1234".
std::string progress_line(const ProgressLine& line);

/// Progress on stderr: a bar redrawn in place on a terminal, a plain line every few seconds elsewhere,
/// nothing when quiet. Must outlive the callbacks it hands out.
class ProgressBar {
 public:
  explicit ProgressBar(bool quiet);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ProgressFn callback();

 private:
  using Clock = std::chrono::steady_clock;
  void show(const Progress& step);
  void start_stage(const Progress& step, Clock::time_point now);
  void end_line();

  bool quiet_, terminal_, line_open_ = false;
  std::string stage_;
  int64_t first_done_ = 0;
  Clock::time_point first_time_, last_shown_;
};

}  // namespace big
