#include "big/prompts/composition.h"

#include "big/core/text.h"
#include "scan.h"

namespace big {
namespace {

constexpr std::string_view kAnd = "AND";

/// "a cat :1.2" -> its text and its weight.
ComposedText weighted(std::string_view part) {
  const size_t colon = part.rfind(':');
  if (colon != std::string_view::npos) {
    if (const auto weight = decimal(part.substr(colon + 1)))
      return {std::string(trimmed(part.substr(0, colon))), *weight};
  }
  return {std::string(trimmed(part)), 1};
}

}  // namespace

std::vector<ComposedText> split_composition(const std::string& prompt) {
  const std::string_view rest(prompt);
  std::vector<ComposedText> parts;
  size_t begin = 0;
  for (size_t at = find_word(rest, kAnd, 0); at != std::string_view::npos;
       at = find_word(rest, kAnd, begin)) {
    parts.push_back(weighted(rest.substr(begin, at - begin)));
    begin = at + kAnd.size();
  }
  // "ratio 16:9" is no weight: alone, a text cannot count more than another.
  if (parts.empty()) return {{prompt, 1}};
  parts.push_back(weighted(rest.substr(begin)));
  return parts;
}

}  // namespace big
