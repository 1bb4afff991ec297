#include "svg_chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <regex>

namespace big {
namespace {

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

/// x and y of each point of the one line in a chart.
std::vector<std::pair<double, double>> points_of(const std::string& svg) {
  std::vector<std::pair<double, double>> points;
  const size_t begin = svg.find("<polyline points=\"") + 18;
  std::stringstream text(svg.substr(begin, svg.find('"', begin) - begin));
  double x = 0, y = 0;
  for (char comma = 0; text >> x >> comma >> y;) points.emplace_back(x, y);
  return points;
}

TEST(SvgChart, PutsEachPointWhereItsNumbersSay) {
  const auto points = points_of(svg_chart({"loss", "", {{"a", "#000", {{0, 1}, {10, 3}, {20, 2}}}}, {}, ""}));
  ASSERT_EQ(points.size(), 3u);
  EXPECT_NEAR(points[1].first - points[0].first, points[2].first - points[1].first, 0.11);
  EXPECT_LT(points[1].second, points[2].second) << "upwards";
  EXPECT_NEAR(points[0].second - points[2].second, points[2].second - points[1].second, 0.11);
}

TEST(SvgChart, EscapesItsWords) {
  const auto svg = svg_chart({"<t>", "<about>", {{"<n>", "<c>", {{0, 1}}}, {"b", "#000", {{1, 1}}}}, 1.0, "<m>"});
  for (const std::string raw : {"<t>", "<about>", "<n>", "<c>", "<m>"}) EXPECT_EQ(svg.find(raw), std::string::npos) << raw;
  for (const std::string shown : {"&lt;t&gt;", "&lt;about&gt;", "&lt;n&gt;", "&lt;c&gt;", "&lt;m&gt;"})
    EXPECT_NE(svg.find(shown), std::string::npos) << shown;
}

TEST(SvgChart, HasALegendForLinesThatMustBeToldApart) {
  const Curve a{"first", "#111", {{0, 1}, {1, 2}}}, b{"second", "#222", {{0, 2}, {1, 1}}};
  EXPECT_EQ(svg_chart({"t", "", {a}, {}, ""}).find("legend"), std::string::npos);
  const auto both = svg_chart({"t", "", {a, b}, {}, ""});
  EXPECT_EQ(count(both, "<polyline"), 2u);
  EXPECT_NE(both.find("legend"), std::string::npos);
}

TEST(SvgChart, OfWhatIsNoNumberOrOneNumberEndsAndIsWhole) {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(svg_chart({"t", "", {{"a", "#111", {{0, nan}, {1, inf}}}}, {}, ""}), "");
  EXPECT_EQ(svg_chart({"t", "", {}, {}, ""}), "");
  for (const double y : {0.0, 1.0, -1e-9, 1e300, 1e-300}) {
    const auto svg = svg_chart({"t", "", {{"a", "#111", {{5, y}, {5, y}, {6, nan}}}}, 5.0, "kept"});
    EXPECT_EQ(count(svg, "<circle"), 2u) << y;
    EXPECT_EQ(svg.find("nan"), std::string::npos) << svg;
    EXPECT_EQ(svg.find("inf"), std::string::npos) << svg;
    EXPECT_LT(count(svg, "<text"), 40u) << y;
  }
}

TEST(SvgChart, AxesHaveRoundNumbers) {
  const auto svg = svg_chart({"t", "", {{"a", "#111", {{0, 0.113}, {300, 0.487}}}}, {}, ""});
  for (const std::string tick : {">0.2<", ">0.3<", ">0.4<", ">100<", ">200<", ">300<"})
    EXPECT_NE(svg.find(tick), std::string::npos) << tick << svg;
}

}  // namespace
}  // namespace big
