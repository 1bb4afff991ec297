#include "listing.h"

#include <algorithm>

#include "big/core/excerpt.h"
#include "big/core/text.h"

namespace big {

std::string shape_text(c10::IntArrayRef shape) {
  std::vector<std::string> sizes;
  for (const int64_t size : shape) sizes.push_back(std::to_string(size));
  return concat("[", join(sizes, ","), "]");
}

std::string first_ten(const std::vector<std::string>& items) {
  constexpr size_t kShown = 10;
  constexpr size_t kLongestItem = 160;  // a file may name its tensors as it likes
  std::vector<std::string> shown;
  for (size_t i = 0; i < std::min(items.size(), kShown); ++i)
    shown.push_back(excerpt(items[i], kLongestItem));
  std::string text = join(shown, ", ");
  if (items.size() > shown.size()) text += concat(" and ", items.size() - shown.size(), " more");
  return text;
}

}  // namespace big
