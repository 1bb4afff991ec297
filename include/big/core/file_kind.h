#pragma once

#include <string>
#include <string_view>

namespace big {

/// What a file is that is not what was expected, told by its first bytes, with what to do: "an HTML page: a
/// failed download?". For the end of a message; empty where nothing is known.
std::string kind_of_foreign_file(std::string_view bytes);

}  // namespace big
