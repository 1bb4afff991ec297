#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace big {

/// Ids of one prompt, padded to the text window, and the words that did not fit.
struct TokenizedText {
  std::vector<int64_t> ids;      ///< length max_length: bos, pieces, eos, padding
  std::vector<std::string> cut;  ///< words (or their tails) beyond the window, in order; empty when all fits
};

/// Text to ids. Thread-safe once loaded.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  /// Piece ids, without bos, eos or padding. Typed special tokens (`<|endoftext|>`) are treated as
  /// transformers does.
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;
  /// Ids of a text that comes in pieces (of unequal weight), by piece. A single piece is encode()'s; of
  /// several, each is read as if it stood alone, without the spaces at its edges, as the web UIs read them.
  virtual std::vector<std::vector<int64_t>> encode_pieces(const std::vector<std::string>& pieces) const;
  /// Readable text again, ill-formed UTF-8 replaced. Throws std::out_of_range for an id that is none.
  virtual std::string decode(const std::vector<int64_t>& ids) const = 0;
  /// The piece as the vocabulary spells it (`dog</w>`, `▁dog`). Throws std::out_of_range.
  virtual std::string piece(int64_t id) const = 0;
  virtual int64_t vocab_size() const = 0;
  virtual int64_t bos_id() const = 0;
  virtual int64_t eos_id() const = 0;
  virtual int64_t pad_id() const = 0;
  /// What stands for text that no piece spells; -1 where there is no such piece.
  virtual int64_t unknown_id() const { return -1; }
  /// How many ids from this one on stand for one word, as the vectors of an added word do.
  virtual size_t ids_of_word(int64_t /*first_id*/) const { return 1; }
  /// The text window, specials included (77 for CLIP).
  virtual int64_t max_length() const = 0;

  /// bos + pieces (cut to the window) + eos, padded to max_length().
  TokenizedText encode_padded(std::string_view text) const;
  /// True when `word` alone is exactly one known piece, and no special one.
  bool is_one_token(std::string_view word) const;
};

/// Reads a diffusers tokenizer folder: CLIP's `vocab.json` + `merges.txt` (or the `tokenizer.json` that newer
/// transformers write instead), or SentencePiece's `spiece.model`, with `tokenizer_config.json` for the
/// window and the specials. Throws InputError naming what is missing.
std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder);

/// One-piece words reserved for identifiers (`identifiers.json` beside the model), or empty.
std::vector<std::string> reserved_identifiers(const std::filesystem::path& tokenizer_folder);

}  // namespace big
