#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace big {

/// 8-bit RGB, row by row, 3 bytes a pixel, no padding.
struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> pixels;  ///< width * height * 3 bytes

  Image() = default;
  Image(int w, int h, uint8_t fill = 0)
      : width(w), height(h), pixels(static_cast<size_t>(w) * static_cast<size_t>(h) * 3, fill) {}
  uint8_t* at(int x, int y) { return pixels.data() + (static_cast<size_t>(y) * width + x) * 3; }
  const uint8_t* at(int x, int y) const { return pixels.data() + (static_cast<size_t>(y) * width + x) * 3; }
  bool operator==(const Image&) const = default;
};

}  // namespace big
