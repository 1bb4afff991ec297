#include "big/prompts/schedule.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>

#include "scan.h"

namespace big {
namespace {

/// Deeper brackets are text: reading goes as deep as they do.
constexpr int kDeepest = 64;

struct Node;
using Sequence = std::vector<Node>;

/// A piece of a prompt: text, or a bracket of which one choice stands there at a time.
struct Node {
  enum class Kind { kText, kSwitch, kAlternation };
  Kind kind = Kind::kText;
  std::string text = {};               ///< kText
  std::vector<Sequence> choices = {};  ///< kSwitch: until the step, and after it
  double when = 0;                     ///< kSwitch: in steps, or a share of all
  bool is_share = false;
};

Node text_node(std::string_view text) { return {.text = std::string(text)}; }

void append(Sequence& all, Sequence more) { std::ranges::move(more, std::back_inserter(all)); }

/// What stands in a bracket.
struct Bracket {
  char opening = '[', closing = ']';
  std::vector<Sequence> parts = {};
  std::string separators = {};  ///< ':' or '|' behind each part but the last
  std::string_view last = {};   ///< the last part as typed
};

Sequence as_typed(Bracket bracket) {
  Sequence all = {text_node({&bracket.opening, 1})};
  for (size_t i = 0; i < bracket.parts.size(); ++i) {
    append(all, std::move(bracket.parts[i]));
    if (i < bracket.separators.size()) all.push_back(text_node({&bracket.separators[i], 1}));
  }
  all.push_back(text_node({&bracket.closing, 1}));
  return all;
}

/// "[a:b:10]" or "[b:10]". Only colons part the two; a bar in them is text.
Node switched(Bracket bracket, double when) {
  Node node{.kind = Node::Kind::kSwitch, .choices = std::vector<Sequence>(2), .when = when};
  node.is_share = bracket.last.find('.') != std::string_view::npos;
  size_t choice = std::ranges::count(bracket.separators, ':') == 2 ? 0 : 1;
  for (size_t i = 0; i + 1 < bracket.parts.size(); ++i) {
    append(node.choices[choice], std::move(bracket.parts[i]));
    if (bracket.separators[i] == '|') node.choices[choice].push_back(text_node("|"));
    if (bracket.separators[i] == ':') ++choice;
  }
  return node;
}

/// What a bracket stands for.
Sequence meaning(Bracket bracket) {
  const std::string& separators = bracket.separators;
  if (bracket.opening == '(' || separators.empty()) return as_typed(std::move(bracket));
  const auto colons = std::ranges::count(separators, ':');
  if (colons == 0) return {Node{.kind = Node::Kind::kAlternation, .choices = std::move(bracket.parts)}};
  const auto when = decimal(bracket.last);
  if (colons > 2 || separators.back() != ':' || !when) return as_typed(std::move(bracket));
  return {switched(std::move(bracket), *when)};
}

/// Reads a prompt from left to right. A bracket that comes to nothing is text, and reading goes on inside it.
class ScheduleReader {
 public:
  explicit ScheduleReader(std::string_view text) : text_(text) {}

  Sequence read() {
    Sequence all;
    while (at_ < text_.size()) {
      if (auto found = bracket(0)) {
        append(all, std::move(*found));
      } else if (const auto text = plain(); !text.empty()) {
        all.push_back(text_node(text));
      } else {
        all.push_back(text_node(text_.substr(at_++, 1)));
      }
    }
    return all;
  }

 private:
  bool is_at(std::string_view characters) const {
    return at_ < text_.size() && characters.find(text_[at_]) != std::string_view::npos;
  }

  /// Text up to the next bracket or separator, each \ with what it escapes.
  std::string_view plain() {
    const size_t begin = at_;
    while (at_ < text_.size() && !is_at("()[]:|")) at_ += text_[at_] == '\\' ? 2 : 1;
    at_ = std::min(at_, text_.size());
    return text_.substr(begin, at_ - begin);
  }

  /// One part of what stands in a bracket; none where a bracket in it comes to nothing.
  std::optional<Sequence> part(int depth) {
    Sequence sequence;
    while (at_ < text_.size() && !is_at(")]:|")) {
      if (!is_at("([")) {
        sequence.push_back(text_node(plain()));
      } else if (auto found = bracket(depth)) {
        append(sequence, std::move(*found));
      } else {
        return std::nullopt;
      }
    }
    return sequence;
  }

  /// The bracket at this place, or none, and then this is still the place.
  std::optional<Sequence> bracket(int depth) {
    if (depth == kDeepest || !is_at("([")) return std::nullopt;
    const size_t begin = at_;
    Bracket found;
    found.opening = text_[at_++];
    found.closing = found.opening == '(' ? ')' : ']';
    while (true) {
      const size_t from = at_;
      auto sequence = part(depth + 1);
      if (!sequence || at_ >= text_.size()) break;
      found.parts.push_back(std::move(*sequence));
      found.last = text_.substr(from, at_ - from);
      const char c = text_[at_++];
      if (c == found.closing) return meaning(std::move(found));
      if (c != ':' && c != '|') break;
      found.separators += c;
    }
    at_ = begin;
    return std::nullopt;
  }

  std::string_view text_;
  size_t at_ = 0;
};

/// A moment of a pass.
struct Moment {
  int64_t number = 1, steps = 1, earlier_steps = 0;
};

/// Whether the text before a switch still stands.
bool is_before(const Node& node, const Moment& now) {
  const auto steps = static_cast<double>(now.steps);
  const double earlier_share = now.earlier_steps > 0 ? 1 : 0;
  const double when = node.is_share ? (node.when - earlier_share) * steps
                                    : node.when - static_cast<double>(now.earlier_steps);
  return static_cast<double>(now.number) <= std::min(std::trunc(when), steps);
}

void write(const Sequence& sequence, const Moment& now, std::string& out) {
  for (const Node& node : sequence) {
    const auto& choices = node.choices;
    if (node.kind == Node::Kind::kText) {
      out += node.text;
    } else if (node.kind == Node::Kind::kSwitch) {
      write(choices[is_before(node, now) ? 0 : 1], now, out);
    } else {
      write(choices[static_cast<size_t>(now.number - 1) % choices.size()], now, out);
    }
  }
}

std::string written(const Sequence& sequence, const Moment& now) {
  std::string text;
  write(sequence, now, text);
  return text;
}

}  // namespace

std::string text_at(const std::string& prompt, int64_t number, int64_t steps, int64_t earlier_steps) {
  return written(ScheduleReader(prompt).read(), {number, steps, earlier_steps});
}

std::vector<std::string> texts_of_steps(const std::string& prompt, int64_t steps, int64_t earlier_steps) {
  const Sequence sequence = ScheduleReader(prompt).read();
  std::vector<std::string> texts;
  for (int64_t step = 0; step < steps; ++step)
    texts.push_back(written(sequence, {std::max<int64_t>(step, 1), steps, earlier_steps}));
  return texts;
}

}  // namespace big
