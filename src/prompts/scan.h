#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace big {

/// Where `word` stands in `text` from byte `from` on as a word of its own: beside it are no letters, digits
/// or '_', and nothing beyond ASCII. npos: nowhere.
size_t find_word(std::string_view text, std::string_view word, size_t from);

/// "1.3", "+2", ".5": all of `text` as a plain decimal; white space at its edges is none of it.
std::optional<double> decimal(std::string_view text);

/// The text of a file without its byte order mark, at most 16 MiB. Throws InputError.
std::string read_text_file(const std::filesystem::path& file);

}  // namespace big
