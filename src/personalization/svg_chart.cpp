#include "svg_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "big/core/text.h"
#include "html_text.h"

namespace big {
namespace {

// In the SVG's own units; the page scales it.
constexpr double kWidth = 640, kHeight = 240, kLeft = 58, kRight = 14, kTop = 14, kBottom = 34;
constexpr size_t kFewPoints = 40;
constexpr int kTicks = 5;

struct Range {
  double low = 0, high = 1;
  double size() const { return high - low; }
};

std::string number(double value, const char* format = "%.1f") {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// The smallest of 1, 2, 5 times a power of ten that makes at most kTicks steps.
double tick_step(const Range& range) {
  const double least = range.size() / kTicks, power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least) return factor * power;
  return 10 * power;
}

struct Axes {
  Range x, y;
  double left(double value) const { return kLeft + (value - x.low) / x.size() * (kWidth - kLeft - kRight); }
  double top(double value) const { return kHeight - kBottom - (value - y.low) / y.size() * (kHeight - kTop - kBottom); }
};

void widen(Range& range, double value, bool first) {
  range.low = first ? value : std::min(range.low, value);
  range.high = first ? value : std::max(range.high, value);
}

/// Room for what is nearly one number.
void pad(Range& range, double share) {
  const double least = std::max(std::abs(range.high), 1e-6) * 1e-3;
  const double room = std::max(range.size() * share, range.size() < least ? least : 0);
  range.low -= room;
  range.high += room;
}

Axes axes_of(const std::vector<Curve>& curves) {
  Axes axes;
  bool first = true;
  for (const Curve& curve : curves) {
    for (const auto& [x, y] : curve.points) {
      widen(axes.x, x, first);
      widen(axes.y, y, first);
      first = false;
    }
  }
  pad(axes.x, 0);
  pad(axes.y, 0.08);
  return axes;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return concat("<text x=\"", number(x), "\" y=\"", number(y), "\" text-anchor=\"", anchor, "\">", html_text(text),
                "</text>");
}

std::string line_of(double x1, double y1, double x2, double y2, const char* style) {
  return concat("<line x1=\"", number(x1), "\" y1=\"", number(y1), "\" x2=\"", number(x2), "\" y2=\"", number(y2),
                "\" class=\"", style, "\"/>");
}

std::string grid(const Axes& axes, const std::string& x_name) {
  std::string out;
  const double bottom = kHeight - kBottom;
  const double y_step = tick_step(axes.y), x_step = std::max(1.0, tick_step(axes.x));
  for (double y = std::ceil(axes.y.low / y_step) * y_step; y <= axes.y.high; y += y_step) {
    out += line_of(kLeft, axes.top(y), kWidth - kRight, axes.top(y), "grid");
    out += text_at(kLeft - 6, axes.top(y) + 4, "end", number(std::abs(y) < y_step / 2 ? 0 : y, "%.4g"));
  }
  for (double x = std::ceil(axes.x.low / x_step) * x_step; x <= axes.x.high; x += x_step)
    out += text_at(axes.left(x), bottom + 16, "middle", number(x, "%.0f"));
  out += line_of(kLeft, bottom, kWidth - kRight, bottom, "axis");
  return out + text_at(kWidth - kRight, kHeight - 4, "end", x_name);
}

std::string path_of(const Axes& axes, const Curve& curve) {
  std::string points, dots;
  for (const auto& [x, y] : curve.points) {
    const std::string left = number(axes.left(x)), top = number(axes.top(y));
    points += concat(points.empty() ? "" : " ", left, ",", top);
    if (curve.points.size() <= kFewPoints)
      dots += concat("<circle cx=\"", left, "\" cy=\"", top, "\" r=\"2.6\" fill=\"", curve.colour, "\"/>");
  }
  return concat("<polyline points=\"", points, "\" fill=\"none\" stroke=\"", curve.colour,
                "\" stroke-width=\"2\" stroke-linejoin=\"round\"/>", dots);
}

std::string mark_of(const Axes& axes, const Chart& chart) {
  if (!chart.marked_x || *chart.marked_x < axes.x.low || *chart.marked_x > axes.x.high) return "";
  const double x = axes.left(*chart.marked_x);
  const bool to_the_left = x > kWidth / 2;
  return line_of(x, kTop, x, kHeight - kBottom, "mark") +
         text_at(to_the_left ? x - 5 : x + 5, kTop + 10, to_the_left ? "end" : "start", chart.mark);
}

std::string legend_of(const std::vector<Curve>& curves) {
  if (curves.size() < 2) return "";
  std::string out = "<p class=\"legend\">";
  for (const Curve& curve : curves)
    out += concat("<span><i style=\"background:", html_text(curve.colour), "\"></i>", html_text(curve.name), "</span> ");
  return out + "</p>";
}

}  // namespace

std::string svg_chart(const Chart& chart) {
  std::vector<Curve> curves = chart.curves;
  for (Curve& curve : curves) {
    std::erase_if(curve.points, [](const auto& point) { return !std::isfinite(point.first + point.second); });
    curve.colour = html_text(curve.colour);
  }
  std::erase_if(curves, [](const Curve& curve) { return curve.points.empty(); });
  if (curves.empty()) return "";
  const Axes axes = axes_of(curves);
  std::string drawn = grid(axes, chart.x_name) + mark_of(axes, chart);
  for (const Curve& curve : curves) drawn += path_of(axes, curve);
  return concat("<figure><figcaption><b>", html_text(chart.title), "</b> ", html_text(chart.about), "</figcaption>",
                legend_of(curves), "<svg viewBox=\"0 0 ", kWidth, " ", kHeight, "\" role=\"img\" aria-label=\"",
                html_text(chart.title), "\">", drawn, "</svg></figure>\n");
}

}  // namespace big
