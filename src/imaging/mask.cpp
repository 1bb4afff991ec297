#include "big/imaging/mask.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace big {

namespace {

// A Gaussian's weights from the middle outwards, to three deviations; their sum over both sides is 1.
std::vector<float> gaussian(double deviation) {
  const int radius = std::max(static_cast<int>(std::ceil(3 * deviation)), 1);
  std::vector<float> weights;
  double sum = 0;
  for (int i = 0; i <= radius; ++i) {
    const double weight = std::exp(-i * i / (2 * deviation * deviation));
    weights.push_back(static_cast<float>(weight));
    sum += i == 0 ? weight : 2 * weight;
  }
  for (float& weight : weights) weight = static_cast<float>(weight / sum);
  return weights;
}

// One line of `length` values, `step` apart, blurred; beyond its ends the last value goes on.
void blur_line(const float* source, float* out, int length, int step, const std::vector<float>& weights) {
  const auto at = [&](int i) { return source[std::clamp(i, 0, length - 1) * step]; };
  for (int i = 0; i < length; ++i) {
    float sum = weights[0] * at(i);
    for (int k = 1; k < static_cast<int>(weights.size()); ++k)
      sum += weights[static_cast<size_t>(k)] * (at(i - k) + at(i + k));
    out[i * step] = sum;
  }
}

std::vector<float> blurred(const Image& mask, double deviation) {
  const auto weights = gaussian(deviation);
  std::vector<float> values, across, both;
  for (size_t i = 0; i < mask.pixels.size(); i += 3) values.push_back(mask.pixels[i]);
  across.resize(values.size());
  both.resize(values.size());
  for (int y = 0; y < mask.height; ++y)
    blur_line(&values[static_cast<size_t>(y) * mask.width], &across[static_cast<size_t>(y) * mask.width],
              mask.width, 1, weights);
  for (int x = 0; x < mask.width; ++x) blur_line(&across[x], &both[x], mask.height, mask.width, weights);
  return both;
}

// A side of a region widened to `wanted` around its middle, kept within 0 ... limit.
void widen(int& first, int& length, int wanted, int limit) {
  const int more = std::max(wanted - length, 0);
  const int end = std::min(first - more / 2 + length + more, limit);
  first = std::max(end - length - more, 0);
  length = std::min(length + more, limit - first);
}

}  // namespace

Image to_mask(const Image& picture) {
  Image mask = picture;
  for (size_t i = 0; i < mask.pixels.size(); i += 3) {
    // ITU-R 601-2 in 16 bits, as Pillow's.
    const uint8_t* p = &picture.pixels[i];
    const auto grey = static_cast<uint8_t>((p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16);
    std::fill_n(&mask.pixels[i], 3, grey);
  }
  return mask;
}

Image soften_edge(const Image& mask, double pixels) {
  if (pixels <= 0 || mask.pixels.empty()) return mask;
  const auto soft = blurred(mask, pixels);
  Image out = mask;
  for (size_t i = 0; i < soft.size(); ++i) {
    const auto faded = static_cast<uint8_t>(std::clamp(2 * soft[i], 0.0F, 255.0F));
    std::fill_n(&out.pixels[3 * i], 3, std::max(mask.pixels[3 * i], faded));
  }
  return out;
}

std::optional<Region> masked_region(const Image& mask) {
  int left = mask.width, top = mask.height, right = -1, bottom = -1;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      if (*mask.at(x, y) == 0) continue;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = y;
    }
  }
  if (right < 0) return std::nullopt;
  return Region{left, top, right - left + 1, bottom - top + 1};
}

Region region_to_draw(const Region& region, const RegionWish& wish, const Image& picture) {
  const int left = std::max(region.x - wish.padding, 0), top = std::max(region.y - wish.padding, 0);
  const int right = std::min(region.x + region.width + wish.padding, picture.width);
  const int bottom = std::min(region.y + region.height + wish.padding, picture.height);
  Region wide{left, top, right - left, bottom - top};
  const double wanted = static_cast<double>(wish.width) / wish.height;
  if (static_cast<double>(wide.width) / wide.height > wanted) {
    widen(wide.y, wide.height, static_cast<int>(wide.width / wanted), picture.height);
  } else {
    widen(wide.x, wide.width, static_cast<int>(wide.height * wanted), picture.width);
  }
  return wide;
}

void paste(Image& picture, const Image& drawn, const Image& mask, const Corner& corner) {
  for (int y = 0; y < drawn.height; ++y) {
    for (int x = 0; x < drawn.width; ++x) {
      uint8_t* under = picture.at(corner.x + x, corner.y + y);
      const uint8_t* over = drawn.at(x, y);
      const int share = *mask.at(corner.x + x, corner.y + y);
      for (int c = 0; c < 3; ++c)
        under[c] = static_cast<uint8_t>((over[c] * share + under[c] * (255 - share) + 127) / 255);
    }
  }
}

}  // namespace big
