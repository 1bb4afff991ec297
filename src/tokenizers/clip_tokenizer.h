#pragma once

#include <filesystem>
#include <memory>
#include <unordered_map>

#include "big/tokenizers/tokenizer.h"
#include "byte_pairs.h"
#include "special_tokens.h"

namespace big {

/// Bytes of the largest merges.txt that is read.
constexpr uint64_t kLargestMerges = 64 << 20;

/// CLIP's byte-pair tokenizer; its ids equal transformers' CLIPTokenizer.
class ClipTokenizer final : public Tokenizer {
 public:
  /// Throws InputError where the settings name tokens that the vocabulary lacks.
  ClipTokenizer(const PairVocabulary& vocabulary, const TokenizerSettings& settings);

  std::vector<int64_t> encode(std::string_view text) const override;
  /// Words apart by one space, as transformers' decode gives them; special tokens are written out.
  std::string decode(const std::vector<int64_t>& ids) const override;
  std::string piece(int64_t id) const override;
  int64_t vocab_size() const override { return vocab_size_; }
  int64_t bos_id() const override { return bos_; }
  int64_t eos_id() const override { return eos_; }
  int64_t pad_id() const override { return pad_; }
  int64_t unknown_id() const override { return unknown_; }
  int64_t max_length() const override { return max_length_; }

 private:
  void encode_clean(std::string_view text, std::vector<int64_t>& ids) const;
  bool is_special(int64_t id) const;

  int64_t bos_, eos_, unknown_, pad_, max_length_;
  std::unordered_map<int64_t, std::string> pieces_;  ///< by id; ids may leave gaps
  int64_t vocab_size_;                               ///< the largest id and one
  std::vector<SpecialToken> typed_specials_, clean_specials_;
  BytePairs pairs_;
};

/// Reads the merges of a `merges.txt`, one a line. Throws InputError naming the line.
void read_merges(const std::filesystem::path& path, PairVocabulary& out);

/// Reads `vocab.json` and `merges.txt`, or where they are absent the same out of `tokenizer.json`.
std::unique_ptr<Tokenizer> load_clip_tokenizer(const std::filesystem::path& folder);

}  // namespace big
