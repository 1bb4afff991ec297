#pragma once

#include <c10/util/ArrayRef.h>

#include <string>
#include <vector>

namespace big {

/// "[320,4,3,3]".
std::string shape_text(c10::IntArrayRef shape);

/// "a, b, c" for messages: the first ten, and how many more there are.
std::string first_ten(const std::vector<std::string>& items);

}  // namespace big
