#pragma once

#include <sentencepiece_processor.h>

#include <filesystem>
#include <memory>

#include "big/tokenizers/tokenizer.h"
#include "special_tokens.h"

namespace big {

/// A SentencePiece model; its ids equal the sentencepiece package's on the text, lower-cased first where the
/// folder asks for it (`do_lower_case`). Typed `<s>` and the like are plain text, as SentencePiece has it.
class SentencePieceTokenizer final : public Tokenizer {
 public:
  /// `bytes` is the content of `path`. Throws InputError.
  SentencePieceTokenizer(const std::string& bytes,
                         const TokenizerSettings& settings,
                         const std::filesystem::path& path);

  std::vector<int64_t> encode(std::string_view text) const override;
  /// The ids of the whole text, by piece: here a word that stood alone would not be the word within a text.
  std::vector<std::vector<int64_t>> encode_pieces(const std::vector<std::string>& pieces) const override;
  std::string decode(const std::vector<int64_t>& ids) const override;
  std::string piece(int64_t id) const override;
  int64_t vocab_size() const override { return processor_.GetPieceSize(); }
  int64_t bos_id() const override { return bos_; }
  int64_t eos_id() const override { return eos_; }
  int64_t pad_id() const override { return pad_; }
  int64_t unknown_id() const override { return processor_.unk_id(); }
  int64_t max_length() const override { return max_length_; }

 private:
  sentencepiece::SentencePieceProcessor processor_;
  bool lower_case_;
  int64_t bos_ = 0, eos_ = 0, pad_ = 0, max_length_ = 0;
};

/// Reads `spiece.model` and tokenizer_config.json.
std::unique_ptr<Tokenizer> load_sentencepiece_tokenizer(const std::filesystem::path& folder);

}  // namespace big
