#include <array>
#include <sstream>

#include "mutate.h"

namespace big::fuzz {
namespace {

constexpr size_t kMostLinesChanges = 4;
constexpr size_t kMostLinesRepeats = 400;

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::string joined(const std::vector<std::string>& parts, char separator) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) text += (i == 0 ? "" : std::string(1, separator)) + parts[i];
  return text;
}

std::string hostile_word(Random& random) {
  const std::array<std::string, 20> words = {"",
                                             "\"",
                                             "'",
                                             "\"\"\"",
                                             "[",
                                             "[[a]]",
                                             "{a = 1}",
                                             "= ",
                                             "# ",
                                             "\\u0000",
                                             "\\U0010FFFF",
                                             "inf",
                                             "1979-05-27T07:32:00Z",
                                             "0x7fffffffffffffff",
                                             "1e400",
                                             "é",
                                             "\xff\xfe",
                                             "小狗",
                                             "</w>",
                                             std::string("\0", 1)};
  if (random.one_in(5)) return std::to_string(hostile_number(random));
  if (random.one_in(25)) {
    const std::array<std::string, 5> units = {"[", "{a=", "a.", "x", " "};
    std::string text;
    const std::string unit = random.pick(units);
    for (size_t i = random.below(kMostLinesRepeats); i > 0; --i) text += unit;
    return text;
  }
  return random.pick(words);
}

/// One word of a line, or the space before it.
void change_line(std::string& line, Random& random) {
  auto words = split(line, ' ');
  if (words.empty()) words.emplace_back();
  const size_t at = random.below(words.size());
  const auto here = words.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(4)) {
    case 0:
      words[at] = hostile_word(random);
      break;
    case 1:
      words.insert(here, hostile_word(random));
      break;
    case 2:
      words.erase(here);
      break;
    default:
      words[at].insert(random.below(words[at].size() + 1), hostile_word(random));
  }
  line = joined(words, ' ');
}

}  // namespace

std::string mutate_lines(const std::vector<std::string>& seeds, Random& random) {
  if (random.one_in(6)) return mutate_bytes(seeds, random);
  auto lines = split(random.pick(seeds), '\n');
  for (size_t changes = 1 + random.below(kMostLinesChanges); changes > 0; --changes) {
    if (lines.empty()) lines.emplace_back();
    const size_t at = random.below(lines.size());
    const auto here = lines.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random.below(6)) {
      case 0:
        lines.erase(here);
        break;
      case 1:
        lines.insert(here, std::string(lines[random.below(lines.size())]));
        break;
      case 2: {
        const auto others = split(random.pick(seeds), '\n');
        if (!others.empty()) lines.insert(here, random.pick(others));
        break;
      }
      default:
        change_line(lines[at], random);
    }
  }
  return joined(lines, '\n') + (random.one_in(3) ? "" : "\n");
}

}  // namespace big::fuzz
