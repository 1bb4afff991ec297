#pragma once

#include <string>
#include <string_view>

namespace big {

/// RFC 4648's base64 with padding, on one line.
std::string base64(std::string_view bytes);

}  // namespace big
