#pragma once

#include <string>

namespace big {

/// 3.14159 with 2 digits: "3.14".
std::string fixed(double value, int digits);

}  // namespace big
