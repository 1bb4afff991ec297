#pragma once

#include <string>

namespace big {

/// 7.5 and 7, as a person types them.
std::string typed_number(double value);

}  // namespace big
