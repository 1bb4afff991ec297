#include "clip_words.h"

#include <array>
#include <unordered_map>

#include "unicode.h"

namespace big {

namespace {

constexpr std::array<std::string_view, 7> kContractions = {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"};
constexpr std::array<std::string_view, 2> kMarkers = {"startoftext", "endoftext"};

bool starts_with(const std::vector<int32_t>& text, size_t at, std::string_view ascii) {
  if (text.size() - at < ascii.size()) return false;
  for (size_t i = 0; i < ascii.size(); ++i) {
    if (text[at + i] != ascii[i]) return false;
  }
  return true;
}

std::string utf8(const std::vector<int32_t>& text, size_t begin, size_t end) {
  std::string out;
  for (size_t i = begin; i < end; ++i) append_utf8(out, text[i]);
  return out;
}

// A marker that was not recognised as a special token (typed in capitals, say) is still one match of CLIP's
// pattern, which the byte-level step then cuts into its three runs: so "|>!" is never joined across its end.
size_t take_marker(const std::vector<int32_t>& text, size_t at, std::vector<std::string>& words) {
  for (std::string_view name : kMarkers) {
    if (starts_with(text, at, "<|" + std::string(name) + "|>")) {
      words.insert(words.end(), {"<|", std::string(name), "|>"});
      return name.size() + 4;
    }
  }
  return 0;
}

size_t contraction_length(const std::vector<int32_t>& text, size_t at) {
  for (std::string_view contraction : kContractions) {
    if (starts_with(text, at, contraction)) return contraction.size();
  }
  return 0;
}

template <class Belongs>
size_t run_length(const std::vector<int32_t>& text, size_t at, Belongs belongs) {
  size_t end = at;
  while (end < text.size() && belongs(text[end])) ++end;
  return end - at;
}

bool is_other(int32_t c) { return !is_space(c) && !is_letter(c) && !is_number(c); }

std::unordered_map<int32_t, char> make_letter_bytes() {
  std::unordered_map<int32_t, char> bytes;
  for (size_t i = 0; i < byte_letters().size(); ++i) {
    bytes[code_points(byte_letters()[i]).front()] = static_cast<char>(i);
  }
  return bytes;
}

}  // namespace

std::string clip_normalized(std::string_view text) {
  std::string spaced;
  bool in_space = false;
  for (int32_t c : code_points(to_nfc(repaired_utf8(text)))) {
    const bool space = is_space(c);
    if (!space) append_utf8(spaced, c);
    if (space && !in_space) spaced += ' ';
    in_space = space;
  }
  return to_lower(spaced);
}

std::vector<std::string> clip_words(std::string_view text) {
  const std::vector<int32_t> points = code_points(text);
  std::vector<std::string> words;
  for (size_t at = 0; at < points.size();) {
    if (size_t marker = take_marker(points, at, words)) {
      at += marker;
      continue;
    }
    size_t length = contraction_length(points, at);
    if (length == 0) length = run_length(points, at, is_letter);
    if (length == 0 && is_number(points[at])) length = 1;
    if (length == 0) length = run_length(points, at, is_other);
    if (length > 0) words.push_back(utf8(points, at, at + length));
    at += length > 0 ? length : 1;
  }
  return words;
}

const std::vector<std::string>& byte_letters() {
  static const std::vector<std::string> letters = [] {
    std::vector<std::string> out(256);
    int32_t substitute = 256;
    for (int32_t byte = 0; byte < 256; ++byte) {
      const bool printable =
          (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
      append_utf8(out[static_cast<size_t>(byte)], printable ? byte : substitute++);
    }
    return out;
  }();
  return letters;
}

std::string bytes_of_letters(std::string_view piece) {
  static const std::unordered_map<int32_t, char> bytes = make_letter_bytes();
  std::string out;
  for (int32_t c : code_points(piece)) {
    const auto found = bytes.find(c);
    if (found != bytes.end()) {
      out += found->second;
    } else {
      append_utf8(out, c);
    }
  }
  return out;
}

}  // namespace big
