#include "big/core/excerpt.h"

#include "big/core/text.h"

namespace big {

std::string excerpt(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return printable(text);
  return printable(utf8_prefix(text, max_bytes)) + "...";
}

}  // namespace big
