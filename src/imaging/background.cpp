#include "background.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace big {
namespace {

constexpr int kRing = 8;  ///< the ring is a side's eighth wide
constexpr int kLights = 8, kTints = 24;
constexpr int kBins = kLights * kTints * kTints;
// Tints of photos lie near grey: the bins cover the middle of what 8-bit YCbCr can hold, the last take the rest.
constexpr float kTintReach = 48;
// Cameras light a scene now more, now less, by what else is in it; the ring's mean is brought to this first.
constexpr float kMiddleGrey = 128;

/// A value's two nearest bins and how much it belongs to the upper: a colour between two bins is in both.
struct Place {
  int lower, upper;
  float share;
};

Place place_of(float value, float from, float to, int bins) {
  const float at = std::clamp((value - from) / (to - from), 0.0F, 1.0F) * static_cast<float>(bins - 1);
  const int lower = std::min(static_cast<int>(at), bins - 1);
  return {lower, std::min(lower + 1, bins - 1), at - static_cast<float>(lower)};
}

/// A pixel of the ring.
struct Seen {
  const uint8_t* rgb;
  bool below;  ///< the middle
  float grey() const { return 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2]; }
};

std::vector<Seen> ring_of(const Image& square) {
  std::vector<Seen> ring;
  const int ring_x = square.width / kRing, ring_y = square.height / kRing;
  for (int y = 0; y < square.height; ++y) {
    const bool edge_row = y < ring_y || y >= square.height - ring_y;
    for (int x = 0; x < square.width; ++x)
      if (edge_row || x < ring_x || x >= square.width - ring_x) ring.push_back({square.at(x, y), 2 * y >= square.height});
  }
  return ring;
}

/// Counts a pixel whose light is multiplied by `exposure`.
void count(BackgroundColours& colours, const Seen& seen, float exposure) {
  const float grey = seen.grey();
  const Place y = place_of(exposure * grey, 0, 255, kLights);
  const Place blue = place_of(0.564F * exposure * (seen.rgb[2] - grey), -kTintReach, kTintReach, kTints);
  const Place red = place_of(0.713F * exposure * (seen.rgb[0] - grey), -kTintReach, kTintReach, kTints);
  for (const bool up_y : {false, true}) {
    for (const bool up_blue : {false, true}) {
      for (const bool up_red : {false, true}) {
        const float weight = (up_y ? y.share : 1 - y.share) * (up_blue ? blue.share : 1 - blue.share) *
                             (up_red ? red.share : 1 - red.share);
        const int bin = ((up_y ? y.upper : y.lower) * kTints + (up_blue ? blue.upper : blue.lower)) * kTints +
                        (up_red ? red.upper : red.lower);
        colours[static_cast<size_t>(seen.below ? kBins + bin : bin)] += weight;
      }
    }
  }
}

}  // namespace

BackgroundColours background_colours(const Image& square) {
  const auto ring = ring_of(square);
  const auto pixels = static_cast<float>(std::max<size_t>(ring.size(), 1));
  float light = 0;
  for (const Seen& seen : ring) light += seen.grey();
  BackgroundColours colours(2 * kBins);
  for (const Seen& seen : ring) count(colours, seen, kMiddleGrey * pixels / std::max(light, pixels));
  for (float& share : colours) share = std::sqrt(share / pixels);
  return colours;
}

double likeness(const BackgroundColours& a, const BackgroundColours& b) {
  return std::transform_reduce(a.begin(), a.end(), b.begin(), 0.0F);
}

}  // namespace big
