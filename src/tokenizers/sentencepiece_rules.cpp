#include "sentencepiece_rules.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "big/core/error.h"
#include "protobuf.h"

namespace big {
namespace {

// Numbers of fields in sentencepiece_model.proto: ModelProto's two NormalizerSpec, and the table in one.
constexpr uint64_t kNormalizerSpec = 3, kDenormalizerSpec = 5, kPrecompiledCharsmap = 2;
/// The library has room for so many rules that begin another (Normalizer::kMaxTrieResultsSize).
constexpr int kMostRulesOnPath = 32;
constexpr size_t kLabels = 256;

/// A trie as Darts-clone lays it out, a unit of 32 bits a node: bits 0 to 7 the byte that leads here (with
/// bit 31, which marks a value), bit 8 a value follows, bits 10 to 30 the distance to the children (by bit 9
/// times 256).
class RuleTrie {
 public:
  /// `values` end before `value_bound`.
  RuleTrie(std::string_view units, uint32_t value_bound)
      : units_(units.size() / 4), value_bound_(value_bound) {
    std::memcpy(units_.data(), units.data(), units_.size() * 4);
  }

  /// Every step from the root stays among the units, reaches no unit twice and no value beyond the bound.
  bool is_sound() const {
    if (units_.empty()) return false;
    std::vector<bool> reached(units_.size());
    std::vector<Node> open = {{0, 0}};
    reached[0] = true;
    while (!open.empty()) {
      Node node = open.back();
      open.pop_back();
      const uint32_t children = node.at ^ offset(units_[node.at]);
      if ((children | (kLabels - 1)) >= units_.size()) return false;
      if (node.at != 0 && has_value(units_[node.at])) {
        if (++node.rules > kMostRulesOnPath || value(units_[children]) >= value_bound_) return false;
      }
      for (uint32_t label = 0; label < kLabels; ++label) {
        const uint32_t child = children ^ label;
        if ((units_[child] & 0x800000FFu) != label) continue;
        if (reached[child]) return false;
        reached[child] = true;
        open.push_back({child, node.rules});
      }
    }
    return true;
  }

 private:
  struct Node {
    uint32_t at;
    int rules;  ///< on the way here
  };
  static uint32_t offset(uint32_t unit) { return (unit >> 10) << ((unit & (1u << 9)) >> 6); }
  static bool has_value(uint32_t unit) { return (unit >> 8 & 1) != 0; }
  static uint32_t value(uint32_t unit) { return unit & 0x7FFFFFFFu; }

  std::vector<uint32_t> units_;
  uint32_t value_bound_;
};

/// A table: the trie's bytes as a number, the trie, and the texts that its values point into, each ended by
/// NUL.
bool is_sound_table(std::string_view table) {
  uint32_t trie_bytes = 0;
  if (table.size() < sizeof trie_bytes) return false;
  std::memcpy(&trie_bytes, table.data(), sizeof trie_bytes);
  table.remove_prefix(sizeof trie_bytes);
  if (trie_bytes >= table.size() || trie_bytes % 4 != 0 || table.back() != '\0') return false;
  const auto text_bytes = static_cast<uint32_t>(table.size() - trie_bytes);
  return RuleTrie(table.substr(0, trie_bytes), text_bytes).is_sound();
}

}  // namespace

void check_sentencepiece_rules(std::string_view model, const std::string& where) {
  bool sound = true;
  const bool whole = visit_protobuf_bytes(model, [&](uint64_t number, std::string_view message) {
    if (number != kNormalizerSpec && number != kDenormalizerSpec) return;
    const bool is_message = visit_protobuf_bytes(message, [&](uint64_t inner, std::string_view table) {
      if (inner == kPrecompiledCharsmap && !table.empty()) sound = sound && is_sound_table(table);
    });
    sound = sound && is_message;
  });
  if (!whole) throw InputError(where + ": is no SentencePiece model or is cut short");
  if (!sound) throw InputError(where + ": its table of normalisation rules is damaged; get the file again");
}

}  // namespace big
