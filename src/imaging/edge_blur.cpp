#include "edge_blur.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace big {
namespace {

// Zhuo & Sim, "Defocus map estimation from a single image" (Pattern Recognition 44, 2011): where a step that was
// smeared by s is smeared again by r, its slope falls by the factor sqrt(s^2 + r^2) / s. The ratio of the slopes
// before and after tells s, whatever the contrast.
constexpr double kAgain = 1.5;   ///< r, pixels
constexpr double kBefore = 1.0;  ///< first of all, against noise; taken off the result

constexpr size_t kDirections = 8;      ///< of slopes, 22.5 degrees apart
constexpr double kStrongest = 0.002;   ///< of all pixels, in each direction: the edges that tell
constexpr size_t kFewestEdges = 16;    ///< in a direction
constexpr float kFaintest = 3;         ///< brightness a pixel; below it is noise
constexpr double kNoEdge = 20;         ///< pixels; slopes that hardly fall are shading

struct Slope {
  float dx, dy;
  float length() const { return std::hypot(dx, dy); }
};

Slope slope_at(const Plane& plane, int x, int y) {
  return {(plane.at(x + 1, y) - plane.at(x - 1, y)) / 2, (plane.at(x, y + 1) - plane.at(x, y - 1)) / 2};
}

size_t direction_of(const Slope& slope) {
  constexpr auto kAll = static_cast<long>(kDirections);
  const double half_turns = std::atan2(slope.dy, slope.dx) / M_PI;
  return static_cast<size_t>(std::lround(half_turns * kAll) + kAll) % kDirections;
}

/// s of one edge.
double smear(float slope, float slope_again) {
  const double ratio = slope / std::max(slope_again, 1e-6F);
  if (ratio <= 1) return kNoEdge;
  const double squared = kAgain * kAgain / (ratio * ratio - 1) - kBefore * kBefore;
  return std::min(std::sqrt(std::max(squared, 0.0)), kNoEdge);
}

struct Edge {
  float slope;
  double smear;
};

std::optional<double> typical_smear(std::vector<Edge>& edges, size_t wanted) {
  if (edges.size() < std::max(wanted, kFewestEdges)) return std::nullopt;
  const auto end = edges.begin() + static_cast<long>(std::max(wanted, kFewestEdges));
  std::nth_element(edges.begin(), end - 1, edges.end(), [](const Edge& a, const Edge& b) { return a.slope > b.slope; });
  const auto middle = edges.begin() + (end - edges.begin()) / 2;
  std::nth_element(edges.begin(), middle, end, [](const Edge& a, const Edge& b) { return a.smear < b.smear; });
  return middle->smear;
}

}  // namespace

std::optional<double> edge_blur(const Plane& brightness) {
  const Plane once = gaussian(brightness, kBefore), again = gaussian(once, kAgain);
  std::array<std::vector<Edge>, kDirections> edges;
  for (int y = 1; y + 1 < once.height; ++y) {
    for (int x = 1; x + 1 < once.width; ++x) {
      const Slope slope = slope_at(once, x, y);
      if (slope.dx * slope.dx + slope.dy * slope.dy < kFaintest * kFaintest) continue;
      const float length = slope.length();
      edges[direction_of(slope)].push_back({length, smear(length, slope_at(again, x, y).length())});
    }
  }
  const auto wanted = static_cast<size_t>(kStrongest * static_cast<double>(once.values.size()));
  std::optional<double> worst;
  for (auto& of_direction : edges) {
    const auto found = typical_smear(of_direction, wanted);
    if (found) worst = std::max(worst.value_or(0), *found);
  }
  return worst;
}

}  // namespace big
