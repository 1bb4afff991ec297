#pragma once

#include <string_view>

namespace big {

/// A character of a text, and how it was read.
struct CodePoint {
  int value = 0;    ///< Unicode scalar value, negative for a byte that is no UTF-8
  size_t size = 0;  ///< bytes it takes, at least 1
};

/// The character that starts at byte `at` (which lies inside the text).
CodePoint code_point_at(std::string_view text, size_t at);

/// A letter or digit of any script.
bool is_letter_or_digit(int code_point);

/// A mark that sits on the letter before it: accents written apart, vowel signs of Indic scripts.
bool is_mark(int code_point);

/// Length in bytes of the word that starts at byte `at`: a letter or digit, then letters, digits and their
/// marks. 0 where none starts (at the end of the text too).
size_t word_length(std::string_view text, size_t at);

}  // namespace big
