#pragma once

#include <vector>

#include "big/core/progress.h"
#include "big/personalization/draw.h"

namespace big {

/// Progress over drawings that come one after the other. Must outlive the callbacks it hands out.
class WholeProgress {
 public:
  WholeProgress(const std::vector<PlannedDrawing>& drawings, const ProgressFn& progress) : progress_(progress) {
    for (const PlannedDrawing& drawing : drawings) total_ += total_steps(drawing.options.generate);
  }
  ProgressFn of_next() {
    return [this](Progress step) {
      step.done += done_;
      step.total = total_;
      report(progress_, step);
    };
  }
  void is_done(const PlannedDrawing& drawing) { done_ += total_steps(drawing.options.generate); }

 private:
  const ProgressFn& progress_;
  int64_t done_ = 0, total_ = 0;
};

}  // namespace big
