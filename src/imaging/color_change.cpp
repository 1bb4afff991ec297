#include "big/imaging/color_change.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace big {
namespace {

using Color = std::array<double, 3>;  // 0 ... 255

double grey_of(const Color& color) { return 0.2989 * color[0] + 0.587 * color[1] + 0.114 * color[2]; }

/// share * color + (1 - share) * other, within what a picture can hold.
Color blended(const Color& color, double share, double other) {
  Color out{};
  for (size_t i = 0; i < color.size(); ++i) out[i] = std::clamp(share * color[i] + (1 - share) * other, 0.0, 255.0);
  return out;
}

}  // namespace

Image change_colors(const Image& image, const ColorChange& change) {
  std::vector<Color> colors;
  colors.reserve(image.pixels.size() / 3);
  double grey = 0;
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    const Color color{double(image.pixels[i]), double(image.pixels[i + 1]), double(image.pixels[i + 2])};
    colors.push_back(blended(color, change.brightness, 0));
    grey += grey_of(colors.back());
  }
  grey /= static_cast<double>(std::max<size_t>(colors.size(), 1));
  Image out = image;
  for (size_t i = 0; i < colors.size(); ++i) {
    Color color = blended(colors[i], change.contrast, grey);
    color = blended(color, change.saturation, grey_of(color));
    for (size_t channel = 0; channel < 3; ++channel)
      out.pixels[3 * i + channel] = static_cast<uint8_t>(std::lround(color[channel]));
  }
  return out;
}

}  // namespace big
