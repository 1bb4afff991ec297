#include "plane.h"

#include <algorithm>
#include <cmath>

namespace big {
namespace {

/// Weights from -radius to radius, of sum 1. Beyond three deviations nothing is left to see.
std::vector<float> kernel_of(double sigma) {
  const int radius = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  std::vector<float> weights;
  float sum = 0;
  for (int i = -radius; i <= radius; ++i) {
    weights.push_back(static_cast<float>(std::exp(-0.5 * i * i / (sigma * sigma))));
    sum += weights.back();
  }
  for (float& weight : weights) weight /= sum;
  return weights;
}

Plane smooth_rows(const Plane& plane, const std::vector<float>& kernel) {
  const int radius = static_cast<int>(kernel.size() / 2);
  Plane out(plane.width, plane.height);
  std::vector<float> row(static_cast<size_t>(plane.width + 2 * radius));
  for (int y = 0; y < plane.height; ++y) {
    for (int x = -radius; x < plane.width + radius; ++x)
      row[static_cast<size_t>(x + radius)] = plane.at(std::clamp(x, 0, plane.width - 1), y);
    float* to = &out.at(0, y);
    for (size_t k = 0; k < kernel.size(); ++k)
      for (size_t x = 0; x < static_cast<size_t>(plane.width); ++x) to[x] += kernel[k] * row[x + k];
  }
  return out;
}

Plane smooth_columns(const Plane& plane, const std::vector<float>& kernel) {
  const int radius = static_cast<int>(kernel.size() / 2);
  Plane out(plane.width, plane.height);
  for (int y = 0; y < plane.height; ++y) {
    float* to = &out.at(0, y);
    for (int k = -radius; k <= radius; ++k) {
      const float weight = kernel[static_cast<size_t>(k + radius)];
      const float* from = &plane.values[static_cast<size_t>(std::clamp(y + k, 0, plane.height - 1)) *
                                        static_cast<size_t>(plane.width)];
      for (size_t x = 0; x < static_cast<size_t>(plane.width); ++x) to[x] += weight * from[x];
    }
  }
  return out;
}

}  // namespace

Plane brightness(const Image& image) {
  Plane plane(image.width, image.height);
  for (size_t i = 0; i < plane.values.size(); ++i) {
    const uint8_t* rgb = image.pixels.data() + 3 * i;
    plane.values[i] = 0.299F * rgb[0] + 0.587F * rgb[1] + 0.114F * rgb[2];
  }
  return plane;
}

Plane gaussian(const Plane& plane, double sigma) {
  const auto kernel = kernel_of(sigma);
  return smooth_columns(smooth_rows(plane, kernel), kernel);
}

}  // namespace big
