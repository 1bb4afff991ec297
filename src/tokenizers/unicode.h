#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace big {

/// Code points of `text`; bytes that are no UTF-8 become U+FFFD.
std::vector<int32_t> code_points(std::string_view text);
/// Appends one code point as UTF-8.
void append_utf8(std::string& out, int32_t code_point);
/// `text` with every ill-formed part replaced by U+FFFD.
std::string repaired_utf8(std::string_view text);
/// Unicode normal form C as in Unicode 9 (what the tokenizers library has). `text` must be well-formed.
std::string to_nfc(std::string_view text);
/// Every code point by itself to lower case, as the tokenizers library does: no final sigma, no locale.
std::string to_lower(std::string_view text);
/// The text as a whole to lower case, as Python's str.lower(): a sigma that ends a word becomes a final one.
std::string to_lower_in_context(std::string_view text);

bool is_space(int32_t code_point);   ///< White_Space, the \s of the split pattern
bool is_letter(int32_t code_point);  ///< \p{L}
bool is_number(int32_t code_point);  ///< \p{N}

}  // namespace big
