#pragma once

#include <optional>
#include <string_view>

namespace big {

/// Where `word` stands in `text` from byte `from` on as a word of its own: beside it are no letters, digits
/// or '_', and nothing beyond ASCII. npos: nowhere.
size_t find_word(std::string_view text, std::string_view word, size_t from);

/// Without white space at its edges.
std::string_view trimmed(std::string_view text);

/// "1.3", "+2", ".5": all of `text` as a plain decimal; white space at its edges is none of it.
std::optional<double> decimal(std::string_view text);

}  // namespace big
