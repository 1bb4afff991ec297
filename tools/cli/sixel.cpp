#include "cli/sixel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "big/core/text.h"

namespace big {
namespace {

constexpr int kBandRows = 6;
constexpr int kShortestRun = 4;  ///< "!4x" is no longer than "xxxx"
/// Steps of red, green and blue: the eye sees green finest.
constexpr std::array<int, 3> kLevels = {6, 7, 6};
constexpr int kColours = 6 * 7 * 6;

double level_value(int level, int channel) { return level * 255.0 / (kLevels[static_cast<size_t>(channel)] - 1); }

int nearest_level(double value, int channel) {
  const int most = kLevels[static_cast<size_t>(channel)] - 1;
  return static_cast<int>(std::lround(std::clamp(value, 0.0, 255.0) / 255 * most));
}

/// The number of each pixel's colour, what is lost going to its neighbours.
std::vector<int> dithered(const Image& image) {
  std::vector<double> wanted(image.pixels.begin(), image.pixels.end());
  std::vector<int> colours(static_cast<size_t>(image.width) * static_cast<size_t>(image.height));
  const auto spread = [&](int x, int y, int channel, double error) {
    if (x < 0 || x >= image.width || y >= image.height) return;
    wanted[(static_cast<size_t>(y) * static_cast<size_t>(image.width) + static_cast<size_t>(x)) * 3 +
           static_cast<size_t>(channel)] += error;
  };
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const size_t at = static_cast<size_t>(y) * static_cast<size_t>(image.width) + static_cast<size_t>(x);
      int colour = 0;
      for (int channel = 0; channel < 3; ++channel) {
        const double value = wanted[at * 3 + static_cast<size_t>(channel)];
        const int level = nearest_level(value, channel);
        colour = colour * kLevels[static_cast<size_t>(channel)] + level;
        const double error = value - level_value(level, channel);
        spread(x + 1, y, channel, error * 7 / 16);
        spread(x - 1, y + 1, channel, error * 3 / 16);
        spread(x, y + 1, channel, error * 5 / 16);
        spread(x + 1, y + 1, channel, error / 16);
      }
      colours[at] = colour;
    }
  }
  return colours;
}

std::string colour_definition(int colour) {
  const std::array<int, 3> levels = {colour / (kLevels[1] * kLevels[2]), colour / kLevels[2] % kLevels[1],
                                     colour % kLevels[2]};
  std::string text = concat("#", colour, ";2");
  for (int channel = 0; channel < 3; ++channel) {
    const double percent = level_value(levels[static_cast<size_t>(channel)], channel) * 100 / 255;
    text += concat(";", std::lround(percent));
  }
  return text;
}

void append_run(std::string& out, char sixel, int count) {
  if (count >= kShortestRun) {
    out += concat("!", count, sixel);
  } else {
    out.append(static_cast<size_t>(count), sixel);
  }
}

/// One colour's pixels of a band: a bit for each of six rows, a character for each column.
std::string colour_row(const Image& image, const std::vector<int>& colours, int top, int colour) {
  std::string out = concat("#", colour);
  char last = 0;
  int count = 0;
  for (int x = 0; x < image.width; ++x) {
    int bits = 0;
    for (int row = 0; row < kBandRows && top + row < image.height; ++row) {
      const size_t at = static_cast<size_t>(top + row) * static_cast<size_t>(image.width) + static_cast<size_t>(x);
      if (colours[at] == colour) bits |= 1 << row;
    }
    const char sixel = static_cast<char>('?' + bits);
    if (sixel != last) {
      append_run(out, last, count);
      count = 0;
    }
    last = sixel;
    ++count;
  }
  if (last != '?') append_run(out, last, count);  // nothing need be said of an empty rest
  return out;
}

}  // namespace

std::string sixel_picture(const Image& image) {
  const auto colours = dithered(image);
  std::array<bool, kColours> used{};
  for (const int colour : colours) used[static_cast<size_t>(colour)] = true;
  std::string out = concat("\x1bP0;1;0q\"1;1;", image.width, ";", image.height);
  for (int colour = 0; colour < kColours; ++colour) {
    if (used[static_cast<size_t>(colour)]) out += colour_definition(colour);
  }
  for (int top = 0; top < image.height; top += kBandRows) {
    const auto begin = colours.begin() + static_cast<std::ptrdiff_t>(top) * image.width;
    const auto end = colours.begin() + static_cast<std::ptrdiff_t>(std::min(top + kBandRows, image.height)) * image.width;
    std::vector<int> here(begin, end);
    std::sort(here.begin(), here.end());
    here.erase(std::unique(here.begin(), here.end()), here.end());
    if (top > 0) out += '-';
    for (size_t i = 0; i < here.size(); ++i) out += (i > 0 ? "$" : "") + colour_row(image, colours, top, here[i]);
  }
  return out + "\x1b\\";
}

}  // namespace big
