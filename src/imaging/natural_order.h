#pragma once

#include <string_view>

namespace big {

/// True when `a` comes before `b` as people count: numbers by value, letters in either case alike (IMG_2 <
/// img_10).
bool natural_less(std::string_view a, std::string_view b);

}  // namespace big
