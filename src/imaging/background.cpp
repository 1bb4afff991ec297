#include "background.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace big {
namespace {

constexpr int kRing = 8;  ///< the ring is a side's eighth wide
constexpr int kLights = 6, kTints = 12;
// Tints of photos lie near grey: the bins cover half of what 8-bit YCbCr can hold, the rest falls into the last.
constexpr float kTintReach = 64;
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

float light_of(const uint8_t* rgb) { return 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2]; }

/// Counts a pixel whose light is multiplied by `exposure`.
void count(BackgroundColours& colours, const uint8_t* rgb, float exposure) {
  const float grey = light_of(rgb), light = exposure * grey;
  const Place y = place_of(light, 0, 255, kLights);
  const Place blue = place_of(0.564F * exposure * (rgb[2] - grey), -kTintReach, kTintReach, kTints);
  const Place red = place_of(0.713F * exposure * (rgb[0] - grey), -kTintReach, kTintReach, kTints);
  for (const bool up_y : {false, true}) {
    for (const bool up_blue : {false, true}) {
      for (const bool up_red : {false, true}) {
        const float weight = (up_y ? y.share : 1 - y.share) * (up_blue ? blue.share : 1 - blue.share) *
                             (up_red ? red.share : 1 - red.share);
        const int bin = ((up_y ? y.upper : y.lower) * kTints + (up_blue ? blue.upper : blue.lower)) * kTints +
                        (up_red ? red.upper : red.lower);
        colours[static_cast<size_t>(bin)] += weight;
      }
    }
  }
}

}  // namespace

BackgroundColours background_colours(const Image& square) {
  std::vector<const uint8_t*> ring;
  const int ring_x = square.width / kRing, ring_y = square.height / kRing;
  float sum = 0;
  for (int y = 0; y < square.height; ++y) {
    const bool edge_row = y < ring_y || y >= square.height - ring_y;
    for (int x = 0; x < square.width; ++x) {
      if (!edge_row && x >= ring_x && x < square.width - ring_x) continue;
      ring.push_back(square.at(x, y));
      sum += light_of(ring.back());
    }
  }
  const auto pixels = static_cast<float>(ring.size());
  const float exposure = kMiddleGrey * pixels / std::max(sum, pixels);
  BackgroundColours colours{};
  for (const uint8_t* rgb : ring) count(colours, rgb, exposure);
  for (float& share : colours) share /= std::max(pixels, 1.0F);
  return colours;
}

double likeness(const BackgroundColours& a, const BackgroundColours& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::sqrt(static_cast<double>(a[i]) * static_cast<double>(b[i]));
  return sum;
}

}  // namespace big
