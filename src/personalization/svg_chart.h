#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace big {

/// One line of a chart.
struct Curve {
  std::string name, colour;                      ///< colour as CSS has it: "#1f6feb"
  std::vector<std::pair<double, double>> points;  ///< x rising; points that are no finite numbers are left out
};

/// Lines over one pair of axes.
struct Chart {
  std::string title, about;  ///< about: what the lines are, in a sentence
  std::vector<Curve> curves;
  std::optional<double> marked_x;  ///< a vertical line,
  std::string mark;                ///< and what stands beside it
  std::string x_name = "updates";  ///< what x counts
};

/// A <figure> with the chart as inline SVG: axes with round numbers, a legend where there is more than one line, a dot
/// on each point where there are few. Nothing where no curve has a point.
std::string svg_chart(const Chart& chart);

}  // namespace big
