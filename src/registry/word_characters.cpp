#include "word_characters.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace big {

CodePoint code_point_at(std::string_view text, size_t at) {
  const char* bytes = text.data() + at;
  const auto length = static_cast<int32_t>(std::min<size_t>(text.size() - at, U8_MAX_LENGTH));
  int32_t next = 0;
  UChar32 value = 0;
  U8_NEXT(bytes, next, length, value);
  return {value, static_cast<size_t>(next)};
}

bool is_letter_or_digit(int code_point) { return code_point >= 0 && u_isalnum(code_point); }

bool is_mark(int code_point) { return code_point >= 0 && (U_GET_GC_MASK(code_point) & U_GC_M_MASK) != 0; }

size_t word_length(std::string_view text, size_t at) {
  size_t end = at;
  while (end < text.size()) {
    const CodePoint c = code_point_at(text, end);
    if (!is_letter_or_digit(c.value) && (end == at || !is_mark(c.value))) break;
    end += c.size;
  }
  return end - at;
}

}  // namespace big
