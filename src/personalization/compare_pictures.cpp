#include <algorithm>
#include <cstdlib>
#include <map>

#include "big/core/excerpt.h"
#include "big/core/text.h"
#include "big/imaging/picture_file.h"
#include "big/imaging/read_image.h"
#include "big/personalization/picture_record.h"
#include "infotext.h"

namespace big {
namespace {

constexpr size_t kLongestValue = 60;

using Values = std::map<std::string, std::string>;

/// What a picture says, flat: "settings.seed" = "7"; foreign ones by the web UIs' keys.
Values said_values(const PngText& text, bool own) {
  Values values;
  if (own) {
    const Json json = Json::parse(text.at(kOwnTextKeyword), nullptr, false);
    if (!json.is_object()) return values;
    for (const auto& [key, value] : json.items()) {
      if (key != "settings" || !value.is_object()) {
        values[key] = value.dump();
        continue;
      }
      for (const auto& [flag, setting] : value.items()) values[flag] = setting.dump();
    }
    return values;
  }
  const auto found = text.find("parameters");
  const auto info = found == text.end() ? std::nullopt : parse_infotext(found->second);
  if (!info) return values;
  values = {{"prompt", info->prompt}, {"negative prompt", info->negative_prompt}};
  for (const auto& [key, value] : info->fields) values[key] = value;
  return values;
}

std::vector<std::string> differing(const Values& earlier, const Values& later) {
  std::vector<std::string> differences;
  for (const auto& [key, value] : earlier) {
    const auto now = later.find(key);
    if (now == later.end() || now->second == value) continue;
    differences.push_back(
        concat(key, ": ", excerpt(value, kLongestValue), ", now ", excerpt(now->second, kLongestValue)));
  }
  return differences;
}

}  // namespace

PictureDifference compare_pictures(const std::filesystem::path& earlier, const std::filesystem::path& later) {
  const Image a = read_image(earlier), b = read_image(later);
  PictureDifference difference;
  difference.same_size = a.width == b.width && a.height == b.height;
  if (difference.same_size) {
    double sum = 0;
    for (size_t i = 0; i < a.pixels.size(); ++i) {
      const int distance = std::abs(a.pixels[i] - b.pixels[i]);
      difference.largest = std::max(difference.largest, distance);
      sum += distance;
    }
    difference.mean = sum / static_cast<double>(a.pixels.size());
  }
  const PngText said = read_picture_text(earlier), says = read_picture_text(later);
  const bool own = said.count(kOwnTextKeyword) != 0 && says.count(kOwnTextKeyword) != 0;
  difference.settings = differing(said_values(said, own), said_values(says, own));
  return difference;
}

}  // namespace big
