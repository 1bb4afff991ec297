#include "run_report_curves.h"

#include <algorithm>
#include <array>

#include "big/core/text.h"
#include "run_history.h"
#include "svg_chart.h"

namespace big {
namespace {

/// Points of the loss curve at most; each is then the mean of some updates.
constexpr size_t kMostPoints = 60;

// The more noise, the darker.
constexpr std::array<const char*, 4> kQuarterColours = {"#9ecae1", "#4292c6", "#2166ac", "#08306b"};
constexpr std::array<const char*, 4> kQuarterNames = {"timesteps 10 to 30 % (little noise)", "30 to 50 %", "50 to 70 %",
                                                      "70 to 90 % (much noise)"};
constexpr const char *kLossColour = "#57606a", *kDriftColour = "#cf222e", *kScoreColour = "#1a7f37";

Chart loss_chart(const std::vector<double>& losses) {
  const size_t bin = (losses.size() + kMostPoints - 1) / kMostPoints;
  Curve curve{"loss", kLossColour, {}};
  for (size_t begin = 0; begin < losses.size(); begin += bin) {
    const size_t end = std::min(losses.size(), begin + bin);
    double sum = 0;
    for (size_t i = begin; i < end; ++i) sum += losses[i];
    curve.points.emplace_back(static_cast<double>(end), sum / static_cast<double>(end - begin));
  }
  const std::string about = bin == 1 ? "of each update" : concat("the mean of every ", bin, " updates");
  return {"Training loss", about + "; its noise is drawn anew each time, so it jumps", {curve}, {}, ""};
}

/// A curve of one number of each measurement; measurements without it are left out.
template <class Number>
Curve curve_of(const std::string& name, const char* colour, const std::vector<Measurement>& all, Number number) {
  Curve curve{name, colour, {}};
  for (const Measurement& measured : all)
    if (const std::optional<double> y = number(measured)) curve.points.emplace_back(static_cast<double>(measured.step), *y);
  return curve;
}

Chart errors_chart(const std::vector<Measurement>& all) {
  const bool held_out = std::ranges::any_of(all.front().photos, &PhotoErrors::held_out);
  Chart chart{held_out ? "Error of the photos held out" : "Error of the taught photos",
              held_out ? "as part of what it was at first, by amount of noise; when it rises, the run learns by heart"
                       : "as part of what it was at first, by amount of noise; no photo was held out, so it cannot show "
                         "learning by heart",
              {}, {}, ""};
  const Quarters first = judged_errors(all.front());
  for (size_t q = 0; q < first.size(); ++q) {
    chart.curves.push_back(curve_of(kQuarterNames[q], kQuarterColours[q], all, [&](const Measurement& measured) {
      return std::optional(judged_errors(measured)[q] / first[q]);
    }));
  }
  return chart;
}

}  // namespace

std::string curves_of(const RunHistory& history, std::optional<int64_t> kept_step) {
  std::string figures;
  if (!history.losses().empty()) figures += svg_chart(loss_chart(history.losses()));
  const auto& all = history.measurements();
  if (all.empty()) return figures;
  std::vector<Chart> charts = {errors_chart(all)};
  charts.push_back({"Drift of the class", "in %: how much worse class pictures are explained than at first", {}, {}, ""});
  charts.back().curves.push_back(curve_of("drift", kDriftColour, all, [](const Measurement& measured) {
    return measured.drift ? std::optional(100 * *measured.drift) : std::nullopt;
  }));
  charts.push_back({"Score", "the lower the better: the photos' errors as part of those at first, and the class's drift", {}, {}, ""});
  charts.back().curves.push_back(
      curve_of("score", kScoreColour, all, [](const Measurement& measured) { return std::optional(measured.score); }));
  for (Chart& chart : charts) {
    if (kept_step) chart.marked_x = static_cast<double>(*kept_step);
    chart.mark = "kept";
    figures += svg_chart(chart);
  }
  return figures;
}

}  // namespace big
