#include "byte_pairs.h"

#include <queue>
#include <tuple>

#include "big/core/error.h"
#include "big/core/text.h"
#include "clip_words.h"

namespace big {

namespace {

// Neighbours form a linked list, so that long words need no quadratic shifting.
struct Symbol {
  int64_t id = 0;
  int64_t previous = -1;
  int64_t next = -1;
  bool alive = true;
};

struct Candidate {
  int64_t rank = 0;
  int64_t left = 0;  ///< position of the left symbol
  int64_t id = 0;    ///< what the pair becomes
  bool operator>(const Candidate& other) const {
    return std::tie(rank, left) > std::tie(other.rank, other.left);
  }
};

using Candidates = std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>>;

uint64_t pair_key(int64_t left, int64_t right) {
  return (static_cast<uint64_t>(left) << 32) | static_cast<uint64_t>(right);
}

int64_t piece_id(const PairVocabulary& vocabulary, const std::string& piece, size_t line) {
  const auto found = vocabulary.ids.find(piece);
  if (found == vocabulary.ids.end()) {
    throw InputError(
        concat(vocabulary.merges_where, ": merge ", line, " needs the piece '", piece,
               "', which the vocabulary lacks; the vocabulary and the merges must come from one model"));
  }
  return found->second;
}

}  // namespace

BytePairs::BytePairs(const PairVocabulary& vocabulary, int64_t unknown_id) {
  const auto id_or_unknown = [&](const std::string& piece) {
    const auto found = vocabulary.ids.find(piece);
    return found == vocabulary.ids.end() ? unknown_id : found->second;
  };
  for (size_t byte = 0; byte < 256; ++byte) {
    inner_[byte] = id_or_unknown(byte_letters()[byte]);
    last_[byte] = id_or_unknown(byte_letters()[byte] + "</w>");
  }
  for (size_t i = 0; i < vocabulary.merges.size(); ++i) {
    const auto& [left, right] = vocabulary.merges[i];
    const uint64_t key = pair_key(piece_id(vocabulary, left, i + 1), piece_id(vocabulary, right, i + 1));
    merges_[key] = {static_cast<int64_t>(i), piece_id(vocabulary, left + right, i + 1)};
  }
}

const BytePairs::Merge* BytePairs::find(int64_t left, int64_t right) const {
  const auto found = merges_.find(pair_key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

void BytePairs::encode(std::string_view word, std::vector<int64_t>& ids) const {
  std::vector<Symbol> symbols(word.size());
  const auto count = static_cast<int64_t>(word.size());
  const auto at = [&](int64_t i) -> Symbol& { return symbols[static_cast<size_t>(i)]; };
  for (int64_t i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(word[static_cast<size_t>(i)]);
    const bool last = i + 1 == count;
    at(i) = {.id = last ? last_[byte] : inner_[byte], .previous = i - 1, .next = last ? -1 : i + 1};
  }

  Candidates candidates;
  const auto offer = [&](int64_t left) {
    if (left < 0 || at(left).next < 0) return;
    if (const Merge* merge = find(at(left).id, at(at(left).next).id))
      candidates.push({merge->rank, left, merge->id});
  };
  for (int64_t i = 0; i < count; ++i) offer(i);

  while (!candidates.empty()) {
    const Candidate best = candidates.top();
    candidates.pop();
    Symbol& left = at(best.left);
    if (!left.alive || left.next < 0) continue;
    Symbol& right = at(left.next);
    // The pair may have changed since it was offered.
    const Merge* merge = find(left.id, right.id);
    if (!merge || merge->id != best.id) continue;
    left.id = best.id;
    right.alive = false;
    left.next = right.next;
    if (left.next >= 0) at(left.next).previous = best.left;
    offer(left.previous);
    offer(best.left);
  }
  for (const Symbol& symbol : symbols) {
    if (symbol.alive) ids.push_back(symbol.id);
  }
}

}  // namespace big
