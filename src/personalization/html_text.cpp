#include "html_text.h"

#include "big/core/base64.h"
#include "big/core/text.h"

namespace big {

std::string html_text(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text)) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string element(const std::string& tag, std::string_view text) {
  return concat("<", tag, ">", html_text(text), "</", tag, ">");
}

std::string data_uri(const std::string& media_type, std::string_view bytes) {
  return concat("data:", media_type, ";base64,", base64(bytes));
}

}  // namespace big
