#include "cli/progress_bar.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "big/core/duration.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kPlainLine{5};
constexpr int kBarCells = 24;
constexpr int kColumnsForBar = 60;

int terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof(buffer), "%.*f", digits, value);
  return buffer;
}

std::string bar_text(const Progress& step) {
  const double part = step.total > 0 ? std::clamp(double(step.done) / double(step.total), 0.0, 1.0) : 0.0;
  const int filled = static_cast<int>(part * kBarCells);
  return " [" + std::string(static_cast<size_t>(filled), '#') +
         std::string(static_cast<size_t>(kBarCells - filled), '-') + "]";
}

}  // namespace

std::string progress_line(const ProgressLine& line) {
  const Progress& step = line.step;
  std::string text = step.stage;
  if (line.bar && line.columns >= kColumnsForBar) text += bar_text(step);
  text += concat("  ", step.done);
  if (step.total > 0) text += concat("/", step.total);
  if (line.rate > 0) {
    // Slow steps read better as seconds each than as a fraction a second.
    text += line.rate >= 0.1 ? concat("  ", fixed(line.rate, 1), "/s")
                             : concat("  ", fixed(1 / line.rate, 1), " s each");
    if (step.total > step.done) {
      text += concat("  ", format_duration(double(step.total - step.done) / line.rate), " left");
    }
  }
  if (step.loss) text += concat("  loss ", fixed(*step.loss, 4));
  return text;
}

ProgressBar::ProgressBar(bool quiet) : quiet_(quiet), terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { end_line(); }

ProgressFn ProgressBar::callback() {
  if (quiet_) return {};
  return [this](const Progress& step) { show(step); };
}

void ProgressBar::start_stage(const Progress& step, Clock::time_point now) {
  end_line();
  stage_ = step.stage;
  first_done_ = step.done;
  first_time_ = now;
  last_shown_ = Clock::time_point{};
}

void ProgressBar::end_line() {
  if (line_open_) std::cerr << std::endl;
  line_open_ = false;
}

void ProgressBar::show(const Progress& step) {
  const auto now = Clock::now();
  if (step.stage != stage_ || step.done < first_done_) start_stage(step, now);
  const bool last = step.total > 0 && step.done >= step.total;
  const auto pause = terminal_ ? Clock::duration(kRedraw) : Clock::duration(kPlainLine);
  if (!last && now - last_shown_ < pause) return;
  last_shown_ = now;
  // The first report comes after a step that also paid for the warm-up: the rate counts from there.
  const double seconds = std::chrono::duration<double>(now - first_time_).count();
  const double rate = seconds > 0 ? double(step.done - first_done_) / seconds : 0;
  const std::string text = progress_line({step, rate, terminal_columns(), terminal_});
  if (terminal_) {
    std::cerr << '\r' << text << "\x1b[K" << std::flush;
    line_open_ = true;
    if (last) end_line();
  } else {
    std::cerr << text << std::endl;
  }
}

}  // namespace big
