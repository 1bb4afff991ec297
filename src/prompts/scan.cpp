#include "scan.h"

#include <algorithm>
#include <charconv>

#include "big/core/read_file.h"
#include "big/core/text.h"

namespace big {
namespace {

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         byte >= 0x80;
}

}  // namespace

size_t find_word(std::string_view text, std::string_view word, size_t from) {
  for (size_t at = text.find(word, from); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    const bool apart_before = at == 0 || !is_word_byte(text[at - 1]);
    const bool apart_behind = end == text.size() || !is_word_byte(text[end]);
    if (apart_before && apart_behind) return at;
  }
  return std::string_view::npos;
}

std::optional<double> decimal(std::string_view text) {
  text = trimmed(text);
  std::string_view digits = text;
  if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
  const bool plain = digits.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!plain || std::ranges::none_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string read_text_file(const std::filesystem::path& file) {
  constexpr uint64_t kMaxBytes = 16 << 20;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string text = read_file(file, kMaxBytes);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  return text;
}

}  // namespace big
