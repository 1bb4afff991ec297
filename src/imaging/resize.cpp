#include "big/imaging/resize.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "big/core/text.h"

namespace big {

namespace {

// Weights are whole numbers of 1 / 2^22, so that 8-bit sums fit into 32 bits: Pillow's precision.
constexpr int kWeightBits = 32 - 8 - 2;

// The source pixels that make one pixel of the result, along one axis.
struct Window {
  int first = 0;
  std::vector<int32_t> weights;
};

// How much a source pixel counts at a distance in pixels; nothing beyond the radius.
struct Kernel {
  double radius;
  double (*weight)(double distance);
};

double triangle(double x) { return std::max(0.0, 1.0 - std::abs(x)); }

double sinc(double x) { return x == 0 ? 1.0 : std::sin(M_PI * x) / (M_PI * x); }

double lanczos3(double x) { return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0.0; }

Kernel kernel_of(ResizeFilter filter) {
  return filter == ResizeFilter::kLanczos ? Kernel{3, lanczos3} : Kernel{1, triangle};
}

// Lanczos' weights may be negative; halves are rounded away from zero.
int32_t whole_weight(double weight) {
  return static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kWeightBits));
}

// The kernel over the source, widened by the factor of shrinking (Pillow's Resample.c).
std::vector<Window> windows_of(const Kernel& kernel, int from, int to) {
  const double scale = static_cast<double>(from) / to;
  const double widened = std::max(scale, 1.0), support = kernel.radius * widened;
  std::vector<Window> windows(static_cast<size_t>(to));
  std::vector<double> weights;
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale;
    const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
    const int end = std::min(static_cast<int>(centre + support + 0.5), from);
    weights.clear();
    double sum = 0;
    for (int x = first; x < end; ++x) {
      weights.push_back(kernel.weight((x - centre + 0.5) / widened));
      sum += weights.back();
    }
    Window& window = windows[static_cast<size_t>(i)];
    window.first = first;
    for (double weight : weights) window.weights.push_back(whole_weight(weight / sum));
  }
  return windows;
}

// One pixel from `window`, its source pixels `step` bytes apart.
void weigh(const Window& window, const uint8_t* source, size_t step, uint8_t* out) {
  int32_t sums[3];
  std::fill_n(sums, 3, 1 << (kWeightBits - 1));
  for (int32_t weight : window.weights) {
    for (int c = 0; c < 3; ++c) sums[c] += source[c] * weight;
    source += step;
  }
  for (int c = 0; c < 3; ++c) out[c] = static_cast<uint8_t>(std::clamp(sums[c] >> kWeightBits, 0, 255));
}

Image resize_width(const Image& image, int width, const Kernel& kernel) {
  const std::vector<Window> windows = windows_of(kernel, image.width, width);
  Image out(width, image.height);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < width; ++x) {
      const Window& window = windows[static_cast<size_t>(x)];
      weigh(window, image.at(window.first, y), 3, out.at(x, y));
    }
  }
  return out;
}

Image resize_height(const Image& image, int height, const Kernel& kernel) {
  const std::vector<Window> windows = windows_of(kernel, image.height, height);
  Image out(image.width, height);
  for (int y = 0; y < height; ++y) {
    const Window& window = windows[static_cast<size_t>(y)];
    for (int x = 0; x < out.width; ++x) {
      weigh(window, image.at(x, window.first), static_cast<size_t>(image.width) * 3, out.at(x, y));
    }
  }
  return out;
}

// Python's round(): a half goes to the even neighbour.
int half_to_even(int twice) {
  const int half = twice / 2;
  return twice % 2 != 0 && half % 2 != 0 ? half + 1 : half;
}

}  // namespace

Image resize(const Image& image, int width, int height, ResizeFilter filter) {
  if (width <= 0 || height <= 0 || image.width <= 0 || image.height <= 0) {
    throw std::invalid_argument(
        concat("resize: from ", image.width, " x ", image.height, " to ", width, " x ", height));
  }
  const Kernel kernel = kernel_of(filter);
  Image out = image.width == width ? image : resize_width(image, width, kernel);
  return out.height == height ? out : resize_height(out, height, kernel);
}

Image resize_short_side(const Image& image, int side) {
  const int64_t width = image.width, height = image.height;
  if (width <= 0 || height <= 0) throw std::invalid_argument("resize_short_side: the picture is empty");
  if (width <= height) return resize(image, side, static_cast<int>(side * height / width));
  return resize(image, static_cast<int>(side * width / height), side);
}

Image resize_to_cover(const Image& image, int width, int height) {
  const double scale =
      std::max(static_cast<double>(width) / image.width, static_cast<double>(height) / image.height);
  const auto scaled = [&](int side, int least) {
    return std::max(static_cast<int>(std::lround(side * scale)), least);
  };
  return center_crop(
      resize(image, scaled(image.width, width), scaled(image.height, height), ResizeFilter::kLanczos), width,
      height);
}

Image crop(const Image& image, int x, int y, int width, int height) {
  if (x < 0 || y < 0 || width <= 0 || height <= 0 || width > image.width - x || height > image.height - y) {
    throw std::invalid_argument(concat("crop: ", width, " x ", height, " at ", x, ", ", y, " is not inside ",
                                       image.width, " x ", image.height));
  }
  Image out(width, height);
  for (int row = 0; row < height; ++row) {
    std::copy_n(image.at(x, y + row), static_cast<size_t>(width) * 3, out.at(0, row));
  }
  return out;
}

Image mirror(const Image& image) {
  Image mirrored(image.width, image.height);
  for (int y = 0; y < image.height; ++y)
    for (int x = 0; x < image.width; ++x) std::copy_n(image.at(image.width - 1 - x, y), 3, mirrored.at(x, y));
  return mirrored;
}

Corner center_corner(const Image& image, int width, int height) {
  return {half_to_even(image.width - width), half_to_even(image.height - height)};
}

Image center_crop(const Image& image, int width, int height) {
  const Corner corner = center_corner(image, width, height);
  return crop(image, corner.x, corner.y, width, height);
}

}  // namespace big
