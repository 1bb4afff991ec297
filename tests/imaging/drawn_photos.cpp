#include "drawn_photos.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <vector>

namespace big {
namespace {

using Random = std::mt19937;
double between(Random& random, double low, double high) {
  return low + (high - low) * static_cast<double>(random() >> 8) / static_cast<double>(1 << 24);
}

struct Colour {
  double r = 0, g = 0, b = 0;  ///< light, linear, 0 to 1
  Colour operator*(double f) const { return {r * f, g * f, b * f}; }
  Colour operator+(const Colour& o) const { return {r + o.r, g + o.g, b + o.b}; }
};
Colour mix(const Colour& a, const Colour& b, double share) { return a * (1 - share) + b * share; }

/// Colours of things: seldom strong.
Colour some_colour(Random& random) {
  const double hue = between(random, 0, 2 * M_PI), strength = between(random, 0.05, 0.75);
  const double light = between(random, 0.12, 0.8);
  const auto part = [&](double turn) { return light * (1 - strength * (0.5 - 0.5 * std::cos(hue - turn))); };
  return {part(0), part(2 * M_PI / 3), part(4 * M_PI / 3)};
}

double hash01(int x, int y, uint32_t seed) {
  uint32_t h = seed * 0x9E3779B1U ^ static_cast<uint32_t>(x) * 0x85EBCA77U ^ static_cast<uint32_t>(y) * 0xC2B2AE3DU;
  h = (h ^ h >> 15) * 0x2C1B3C6DU;
  h = (h ^ h >> 12) * 0x297A2D39U;
  return static_cast<double>(h ^ h >> 15) / 4294967296.0;
}

/// Smooth noise in octaves, 0 to 1: fur, grass, plaster.
double texture(double x, double y, int octaves, uint32_t seed) {
  double sum = 0, weight = 0.5;
  for (int o = 0; o < octaves; ++o) {
    const double fx = std::floor(x), fy = std::floor(y), u = x - fx, v = y - fy;
    const double su = u * u * (3 - 2 * u), sv = v * v * (3 - 2 * v);
    const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
    const double top = hash01(ix, iy, seed) * (1 - su) + hash01(ix + 1, iy, seed) * su;
    const double low = hash01(ix, iy + 1, seed) * (1 - su) + hash01(ix + 1, iy + 1, seed) * su;
    sum += weight * (top * (1 - sv) + low * sv);
    weight /= 2;
    x *= 2.03;
    y *= 2.03;
    ++seed;
  }
  return sum;
}

/// A canvas of light.
struct Light {
  int width, height;
  std::vector<Colour> pixels;
  Light(int w, int h) : width(w), height(h), pixels(static_cast<size_t>(w) * static_cast<size_t>(h)) {}
  Colour& at(int x, int y) { return pixels[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)]; }
  const Colour& near(int x, int y) const {
    x = std::clamp(x, 0, width - 1);
    y = std::clamp(y, 0, height - 1);
    return pixels[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)];
  }
};

Light smeared(const Light& light, double sigma) {
  if (sigma < 0.2) return light;
  const int radius = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> weights;
  double sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += weights.emplace_back(std::exp(-0.5 * i * i / (sigma * sigma)));
  Light rows(light.width, light.height), out(light.width, light.height);
  for (int pass = 0; pass < 2; ++pass) {
    const Light& from = pass == 0 ? light : rows;
    Light& to = pass == 0 ? rows : out;
    for (int y = 0; y < light.height; ++y)
      for (int x = 0; x < light.width; ++x)
        for (int i = -radius; i <= radius; ++i) {
          const Colour& c = pass == 0 ? from.near(x + i, y) : from.near(x, y + i);
          to.at(x, y) = to.at(x, y) + c * (weights[static_cast<size_t>(i + radius)] / sum);
        }
  }
  return out;
}

double to_light(double value) {
  value /= 255;
  return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
}
double to_srgb(double light) {
  light = std::clamp(light, 0.0, 1.0);
  return 255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * std::pow(light, 1 / 2.4) - 0.055);
}
uint8_t to_byte(double value) { return static_cast<uint8_t>(std::lround(std::clamp(value, 0.0, 255.0))); }

Image developed(const Light& light, double stops) {
  Image image(light.width, light.height);
  const double factor = std::exp2(stops);
  for (size_t i = 0; i < light.pixels.size(); ++i) {
    const Colour c = light.pixels[i] * factor;
    const std::array<double, 3> rgb{c.r, c.g, c.b};
    for (size_t k = 0; k < 3; ++k) image.pixels[3 * i + k] = to_byte(to_srgb(rgb[k]));
  }
  return image;
}

Light light_of(const Image& image) {
  Light light(image.width, image.height);
  for (size_t i = 0; i < light.pixels.size(); ++i) {
    const uint8_t* p = image.pixels.data() + 3 * i;
    light.pixels[i] = {to_light(p[0]), to_light(p[1]), to_light(p[2])};
  }
  return light;
}

/// A wall, a floor, things before the wall. Places are in picture heights, so that cameras may move.
struct Scenery {
  Colour wall, wall_dark, floor, floor_dark;
  double horizon, grain_wall, grain_floor, planks, bright_side;
  struct Thing {
    double x, y, width, height, turn;
    bool round;
    Colour colour;
  };
  std::vector<Thing> things;
  uint32_t seed;

  explicit Scenery(uint32_t number) : seed(number * 7919) {
    Random random(seed);
    wall = some_colour(random), floor = some_colour(random);
    wall_dark = mix(wall, some_colour(random), 0.4) * 0.6;
    floor_dark = mix(floor, some_colour(random), 0.4) * 0.5;
    horizon = between(random, 0.45, 0.8);
    grain_wall = between(random, 3, 40), grain_floor = between(random, 8, 60);
    planks = between(random, 0, 1) < 0.4 ? between(random, 6, 16) : 0;
    bright_side = between(random, -0.35, 0.35);
    const int count = static_cast<int>(between(random, 2, 12));
    for (int i = 0; i < count; ++i) {
      things.push_back({between(random, -0.4, 1.8), between(random, 0, horizon), between(random, 0.05, 0.4),
                        between(random, 0.05, 0.5), between(random, -0.3, 0.3), between(random, 0, 1) < 0.3,
                        some_colour(random)});
    }
  }

  Colour at(double x, double y) const {
    Colour c = y < horizon ? mix(wall, wall_dark, texture(x * grain_wall, y * grain_wall, 4, seed))
                           : mix(floor, floor_dark, texture(x * grain_floor, (y - horizon) * grain_floor * 3, 4, seed + 9));
    if (planks > 0 && y > horizon) {
      const double across = (x - 0.6) / (0.3 + y - horizon) * planks / 4;
      if (across - std::floor(across) < 0.06) c = c * 0.4;
    }
    for (const Thing& thing : things) {
      const double dx = x - thing.x, dy = y - thing.y, cs = std::cos(thing.turn), sn = std::sin(thing.turn);
      const double u = (dx * cs + dy * sn) / thing.width * 2, v = (dy * cs - dx * sn) / thing.height * 2;
      const bool inside = thing.round ? u * u + v * v < 1 : std::abs(u) < 1 && std::abs(v) < 1;
      if (inside) c = thing.colour * (0.75 + 0.25 * u) * (0.7 + 0.6 * texture(x * 25, y * 25, 3, seed + 17));
    }
    return c * (1 + bright_side * (x - 0.6));
  }
};

/// A figure of ellipsoids: body, head, limbs, eyes.
struct Figure {
  struct Part {
    double x, y, along, across, turn;
    Colour colour;
    bool furred;
  };
  std::vector<Part> parts;
  double grain, spots;
  uint32_t seed;
  Colour marks;

  Figure(uint32_t subject, uint32_t pose) : seed(subject * 104729) {
    Random looks(seed), stance(seed ^ pose * 15485863U);
    const Colour fur = some_colour(looks), second = some_colour(looks);
    marks = some_colour(looks);
    grain = between(looks, 30, 90), spots = between(looks, 4, 10);
    const double fat = between(looks, 0.6, 1.0), head_size = between(looks, 0.09, 0.14);
    const int limbs = static_cast<int>(between(looks, 3, 6));
    const double lean = between(stance, -0.6, 0.6), scale = between(stance, 0.8, 1.3);
    const double x = between(stance, 0.52, 0.82), y = between(stance, 0.5, 0.68);
    const double reach = 0.24 * scale;
    for (int i = 0; i < limbs; ++i) {
      const double angle = lean + M_PI * (i + 0.5) / limbs + between(stance, -0.35, 0.35);
      parts.push_back({x + std::cos(angle) * reach * 0.9, y + std::sin(angle) * reach * 0.9, 0.13 * scale,
                       0.045 * scale, angle, second, true});
    }
    parts.push_back({x, y, 0.23 * scale, 0.23 * fat * scale, lean, fur, true});
    const double up = -M_PI / 2 + lean + between(stance, -0.7, 0.7), head = head_size * scale;
    const double hx = x + std::cos(up) * reach, hy = y + std::sin(up) * reach;
    parts.push_back({hx - head, hy - 0.8 * head, 0.06 * scale, 0.035 * scale, lean - 0.8, second, true});
    parts.push_back({hx + head, hy - 0.8 * head, 0.06 * scale, 0.035 * scale, lean + 0.8, second, true});
    parts.push_back({hx, hy, head, head * 0.9, lean, mix(fur, second, 0.3), true});
    const double look = between(stance, -0.4, 0.4) * head;
    for (const double side : {-0.4, 0.4})
      parts.push_back({hx + side * head + look, hy - 0.1 * head, 0.018 * scale, 0.018 * scale, 0, {0.02, 0.02, 0.02}, false});
    parts.push_back({hx + look, hy + 0.35 * head, 0.026 * scale, 0.016 * scale, 0, {0.08, 0.04, 0.04}, false});
  }

  bool at(double x, double y, Colour& out) const {
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      const double dx = x - part->x, dy = y - part->y, cs = std::cos(part->turn), sn = std::sin(part->turn);
      const double u = (dx * cs + dy * sn) / part->along, v = (dy * cs - dx * sn) / part->across;
      const double out_of = u * u + v * v;
      if (out_of >= 1) continue;
      const double z = std::sqrt(1 - out_of);
      const double lit = 0.25 + 0.75 * std::max(0.0, (-0.4 * (dx / part->along) - 0.6 * (dy / part->across) + 0.7 * z));
      Colour c = part->colour;
      if (part->furred) {
        if (texture(u * spots + 40, v * spots, 2, seed + 3) > 0.45) c = mix(c, marks, 0.8);
        c = c * (0.55 + 0.9 * texture(u * grain * 0.3 + 7, v * grain, 4, seed + 5));
      } else if (u * u + (v + 0.4) * (v + 0.4) < 0.08) {
        c = {1, 1, 1};
      }
      out = c * lit;
      return true;
    }
    return false;
  }
};

/// Every pixel by what `sample` says at its place in another picture; -1 outside.
template <class Place>
Image moved(const Image& image, const Place& place, double light) {
  Image out(image.width, image.height);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      auto [fx, fy] = place(x, y);
      fx = std::clamp(fx, 0.0, image.width - 1.001);
      fy = std::clamp(fy, 0.0, image.height - 1.001);
      const int ix = static_cast<int>(fx), iy = static_cast<int>(fy);
      const int jx = std::min(ix + 1, image.width - 1), jy = std::min(iy + 1, image.height - 1);
      const double u = fx - ix, v = fy - iy;
      for (int c = 0; c < 3; ++c) {
        const double value = (image.at(ix, iy)[c] * (1 - u) + image.at(jx, iy)[c] * u) * (1 - v) +
                             (image.at(ix, jy)[c] * (1 - u) + image.at(jx, jy)[c] * u) * v;
        out.at(x, y)[c] = to_byte(value * light);
      }
    }
  }
  return out;
}

/// The mean of light at several places around each pixel.
Image averaged(const Image& photo, const std::vector<std::pair<double, double>>& offsets) {
  const Light light = light_of(photo);
  Light out(photo.width, photo.height);
  for (int y = 0; y < photo.height; ++y) {
    for (int x = 0; x < photo.width; ++x) {
      Colour sum;
      for (const auto& [dx, dy] : offsets)
        sum = sum + light.near(x + static_cast<int>(std::lround(dx)), y + static_cast<int>(std::lround(dy)));
      out.at(x, y) = sum * (1.0 / static_cast<double>(offsets.size()));
    }
  }
  return developed(out, 0);
}

}  // namespace

Image draw_photo(const DrawnPhoto& photo) {
  const Scenery scenery(photo.background);
  const Figure figure(photo.subject, photo.pose);
  Random camera(photo.view * 6151 + photo.background);
  const double aside = between(camera, -0.2, 0.2), nearer = between(camera, 1, 1.3);
  const double bokeh = between(camera, 0, 3.5), lens = between(camera, 0.35, 0.75), dim = between(camera, 0.1, 0.35);
  const double lift = between(camera, 0.85, 1.2);
  Light behind(photo.width, photo.height);
  const auto place = [&](double x, double y) { return std::pair{x / photo.height, y / photo.height}; };
  for (int y = 0; y < photo.height; ++y)
    for (int x = 0; x < photo.width; ++x) {
      const auto [u, v] = place(x, y);
      behind.at(x, y) = scenery.at(0.6 + (u - 0.6) / nearer + aside, 0.5 + (v - 0.5) / nearer);
    }
  Light light = smeared(behind, bokeh);
  for (int y = 0; y < photo.height; ++y) {
    for (int x = 0; x < photo.width; ++x) {
      const auto [u, v] = place(x, y);
      Colour c;
      if (figure.at(u, v, c)) light.at(x, y) = c;
      const double dx = (x - photo.width / 2.0) / photo.width, dy = (y - photo.height / 2.0) / photo.height;
      light.at(x, y) = light.at(x, y) * (lift * (1 - dim * 2 * (dx * dx + dy * dy)));
    }
  }
  return add_grain(developed(smeared(light, lens), photo.stops), photo.grain, photo.noise);
}

Image defocus(const Image& photo, double sigma) { return developed(smeared(light_of(photo), sigma), 0); }

Image disc_blur(const Image& photo, double radius) {
  std::vector<std::pair<double, double>> offsets;
  const int reach = static_cast<int>(std::ceil(radius));
  for (int dy = -reach; dy <= reach; ++dy)
    for (int dx = -reach; dx <= reach; ++dx)
      if (dx * dx + dy * dy <= radius * radius) offsets.emplace_back(dx, dy);
  return averaged(photo, offsets);
}

Image motion_blur(const Image& photo, double length, double angle) {
  std::vector<std::pair<double, double>> offsets;
  for (double at = -length / 2; at <= length / 2; at += 0.5) offsets.emplace_back(at * std::cos(angle), at * std::sin(angle));
  return averaged(photo, offsets);
}

Image add_grain(const Image& photo, double grain, uint32_t seed) {
  Random random(seed * 31337);
  Image out = photo;
  for (uint8_t& value : out.pixels) {
    // Four evenly spread numbers make a bell; of variance 4/12.
    double bell = -2;
    for (int i = 0; i < 4; ++i) bell += between(random, 0, 1);
    value = to_byte(value + grain * bell * std::sqrt(3.0));
  }
  return out;
}

Image take_again(const Image& photo, const SecondTake& take) {
  const double cx = photo.width / 2.0, cy = photo.height / 2.0;
  const double cs = std::cos(take.turn) / take.zoom, sn = std::sin(take.turn) / take.zoom;
  const auto place = [&](int x, int y) {
    const double dx = x - cx, dy = y - cy;
    return std::pair{cx + dx * cs - dy * sn + take.shift_x * photo.width,
                     cy + dx * sn + dy * cs + take.shift_y * photo.height};
  };
  return moved(photo, place, take.light);
}

}  // namespace big
