#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace big {

/// A byte-level pair vocabulary: pieces with their ids, and merges from the first applied to the last.
struct PairVocabulary {
  std::unordered_map<std::string, int64_t> ids;
  std::vector<std::pair<std::string, std::string>> merges;
  std::string where;         ///< names the pieces' file in errors
  std::string merges_where;  ///< names the merges' file in errors
};

/// Byte-pair encoding with CLIP's end-of-word mark `</w>` (Sennrich et al., 1508.07909). Immutable,
/// thread-safe.
class BytePairs {
 public:
  /// Throws InputError where a merge names or makes a piece that the vocabulary lacks.
  BytePairs(const PairVocabulary& vocabulary, int64_t unknown_id);
  /// Appends the pieces of one word (any bytes); a byte whose letter is no piece becomes the unknown id.
  void encode(std::string_view word, std::vector<int64_t>& ids) const;

 private:
  struct Merge {
    int64_t rank = 0;
    int64_t id = 0;
  };
  const Merge* find(int64_t left, int64_t right) const;

  std::array<int64_t, 256> inner_{};  ///< id of each byte's letter
  std::array<int64_t, 256> last_{};   ///< the same at a word's end
  std::unordered_map<uint64_t, Merge> merges_;
};

}  // namespace big
