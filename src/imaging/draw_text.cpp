#include "draw_text.h"

#include <stb/stb_easy_font.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace big {

namespace {

/// What stb_easy_font lays out: four corners a rectangle.
struct Corner3 {
  float x, y, z;
  unsigned char colour[4];
};
constexpr size_t kMostBytesOfLetter = 1024;  // its documentation says about 270

std::string ascii_of(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80) continue;  // follows the first byte of its character
    out += byte >= 0x20 && byte < 0x7f ? c : '?';
  }
  return out;
}

void fill(Image& image, int left, int top, int right, int bottom) {
  const int x_end = std::min(right, image.width), y_end = std::min(bottom, image.height);
  for (int y = std::max(top, 0); y < y_end; ++y) {
    for (int x = std::max(left, 0); x < x_end; ++x) std::fill_n(image.at(x, y), 3, uint8_t{0});
  }
}

/// The words of a text, those that are too wide cut into pieces.
std::vector<std::string> pieces_of(const std::string& text, int width, int scale) {
  std::vector<std::string> pieces;
  std::istringstream words(ascii_of(text));
  for (std::string word; words >> word;) {
    while (word.size() > 1 && text_width(word, scale) > width) {
      size_t count = 1;
      while (count < word.size() && text_width(word.substr(0, count + 1), scale) <= width) ++count;
      const size_t joint = word.rfind('_', count - 1);
      if (joint != std::string::npos) count = joint + 1;
      pieces.push_back(word.substr(0, count));
      word.erase(0, count);
    }
    pieces.push_back(word);
  }
  return pieces;
}

}  // namespace

int text_width(const std::string& text, int scale) {
  std::string ascii = ascii_of(text);
  return stb_easy_font_width(ascii.data()) * scale;
}

void draw_text(Image& image, int x, int y, const std::string& text, int scale) {
  std::string ascii = ascii_of(text);
  std::vector<Corner3> corners((ascii.size() + 1) * kMostBytesOfLetter / sizeof(Corner3));
  const int rectangles = stb_easy_font_print(0, 0, ascii.data(), nullptr, corners.data(),
                                             static_cast<int>(corners.size() * sizeof(Corner3)));
  const auto pixel = [scale](float at) { return static_cast<int>(std::lround(at)) * scale; };
  for (int i = 0; i < rectangles; ++i) {
    const Corner3& first = corners[static_cast<size_t>(4 * i)];
    const Corner3& opposite = corners[static_cast<size_t>(4 * i + 2)];
    fill(image, x + pixel(first.x), y + pixel(first.y), x + pixel(opposite.x), y + pixel(opposite.y));
  }
}

std::vector<std::string> wrapped_text(const std::string& text, int width, int scale) {
  std::vector<std::string> lines;
  for (const std::string& piece : pieces_of(text, width, scale)) {
    const std::string longer = lines.empty() ? piece : lines.back() + " " + piece;
    if (!lines.empty() && text_width(longer, scale) <= width) {
      lines.back() = longer;
    } else {
      lines.push_back(piece);
    }
  }
  return lines;
}

}  // namespace big
