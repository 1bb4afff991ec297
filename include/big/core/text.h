#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace big {

/// Streams the arguments into one string: concat("found ", 3, ", expected ", 4).
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// "a, b and c"-less plain join: join({"a","b"}, ", ") -> "a, b".
std::string join(const std::vector<std::string>& parts, std::string_view separator);

/// The candidate nearest to `word` by edit distance, or "" where none is within a third of its length
/// (but at least 2 edits). For "did you mean ...".
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view bytes);

/// The longest prefix of at most `max_bytes` bytes that ends at a character boundary.
std::string utf8_prefix(std::string_view text, size_t max_bytes);

/// ASCII lower case; other bytes stay.
std::string ascii_lower(std::string_view text);

/// The text made safe to show: broken UTF-8 bytes and control characters become U+FFFD.
std::string printable(std::string_view text);

/// Without ASCII white space at its edges.
std::string_view trimmed(std::string_view text);

}  // namespace big
