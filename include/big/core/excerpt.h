#pragma once

#include <string>
#include <string_view>

namespace big {

/// The beginning of a text of any origin for a message: printable, at most `max_bytes` bytes of it, "..."
/// where it was cut.
std::string excerpt(std::string_view text, size_t max_bytes);

}  // namespace big
