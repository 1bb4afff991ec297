#include "listing.h"

#include <algorithm>

#include "big/core/text.h"

namespace big {

std::string shape_text(c10::IntArrayRef shape) {
  std::vector<std::string> sizes;
  for (const int64_t size : shape) sizes.push_back(std::to_string(size));
  return concat("[", join(sizes, ","), "]");
}

std::string first_ten(const std::vector<std::string>& items) {
  constexpr size_t kShown = 10;
  const size_t shown = std::min(items.size(), kShown);
  std::string text = join({items.begin(), items.begin() + static_cast<ptrdiff_t>(shown)}, ", ");
  if (items.size() > shown) text += concat(" and ", items.size() - shown, " more");
  return text;
}

}  // namespace big
