#include "big/prompts/attention.h"

#include <algorithm>
#include <string_view>

#include "big/core/text.h"
#include "scan.h"

namespace big {
namespace {

/// The web UIs' factors.
constexpr double kRound = 1.1, kSquare = 1 / 1.1;
constexpr std::string_view kBreak = "BREAK";
constexpr std::string_view kEscapable = "\\()[]", kSyntax = "\\()[]:";

/// Reads a prompt from left to right; brackets that open wait on their stacks for those that close.
class AttentionReader {
 public:
  explicit AttentionReader(std::string_view text) : text_(text) {}

  std::vector<WeightedSection> read() {
    while (at_ < text_.size()) step();
    for (const size_t from : round_) multiply(from, kRound);
    for (const size_t from : square_) multiply(from, kSquare);
    return sections();
  }

 private:
  struct Piece {
    std::string text;
    double weight = 1;
    bool breaks = false;  ///< stands for BREAK
  };

  void step() {
    const char c = text_[at_];
    if (c == ':' && close_weighted()) return;
    if (c == '\\') {
      const bool escapes = at_ + 1 < text_.size() && kEscapable.find(text_[at_ + 1]) != kEscapable.npos;
      add_literal(escapes ? text_.substr(at_ + 1, 1) : std::string_view());
      at_ += escapes ? 2 : 1;
    } else if (c == '(' || c == '[') {
      (c == '(' ? round_ : square_).push_back(pieces_.size());
      ++at_;
    } else if (c == ')' && !round_.empty()) {
      close(round_, kRound);
    } else if (c == ']' && !square_.empty()) {
      close(square_, kSquare);
    } else {
      const size_t end = std::min(text_.find_first_of(kSyntax, at_ + 1), text_.size());
      add_text(text_.substr(at_, end - at_));
      at_ = end;
    }
  }

  /// Closes a bracket with the ":1.3)" at this place, if there is both.
  bool close_weighted() {
    if (round_.empty()) return false;
    const size_t end = text_.find(')', at_);
    if (end == std::string_view::npos) return false;
    const auto weight = decimal(text_.substr(at_ + 1, end - at_ - 1));
    if (!weight) return false;
    multiply(round_.back(), *weight);
    round_.pop_back();
    at_ = end + 1;
    return true;
  }

  void close(std::vector<size_t>& open, double factor) {
    multiply(open.back(), factor);
    open.pop_back();
    ++at_;
  }

  void multiply(size_t from, double factor) {
    for (size_t i = from; i < pieces_.size(); ++i) pieces_[i].weight *= factor;
  }

  void add_literal(std::string_view text) { pieces_.push_back({std::string(text), 1, false}); }

  /// A text in which BREAK may stand; it takes the white space around it along.
  void add_text(std::string_view text) {
    size_t begin = 0;
    for (size_t at = find_word(text, kBreak, 0); at != text.npos; at = find_word(text, kBreak, begin)) {
      const auto before = text.substr(begin, at - begin);
      add_literal(begin == 0 ? trimmed_right(before) : trimmed(before));
      pieces_.push_back({"", 1, true});
      begin = at + kBreak.size();
    }
    const auto rest = text.substr(begin);
    add_literal(begin == 0 ? rest : trimmed_left(rest));
  }

  static std::string_view trimmed_right(std::string_view text) {
    const auto inner = trimmed(text);
    return inner.empty() ? inner
                         : text.substr(0, static_cast<size_t>(inner.data() - text.data()) + inner.size());
  }
  static std::string_view trimmed_left(std::string_view text) {
    const auto inner = trimmed(text);
    return inner.empty() ? inner : text.substr(static_cast<size_t>(inner.data() - text.data()));
  }

  std::vector<WeightedSection> sections() const {
    std::vector<WeightedSection> all(1);
    for (const Piece& piece : pieces_) {
      auto& section = all.back();
      if (piece.breaks) {
        all.emplace_back();
      } else if (piece.text.empty()) {
        continue;
      } else if (!section.empty() && section.back().weight == piece.weight) {
        section.back().text += piece.text;
      } else {
        section.push_back({piece.text, piece.weight});
      }
    }
    return all;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Piece> pieces_;
  std::vector<size_t> round_, square_;  ///< of open brackets: the first piece inside
};

}  // namespace

std::vector<WeightedSection> parse_attention(const std::string& text) { return AttentionReader(text).read(); }

std::string escape_attention(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (kEscapable.find(c) != kEscapable.npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace big
