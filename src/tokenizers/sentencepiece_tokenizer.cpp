#include "sentencepiece_tokenizer.h"

#include <algorithm>
#include <new>
#include <stdexcept>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "sentencepiece_rules.h"
#include "unicode.h"

namespace big {

namespace {

constexpr uint64_t kLargestModel = 64 << 20;

int64_t role_id(const sentencepiece::SentencePieceProcessor& processor,
                const std::string& content,
                int usual,
                const std::string& where,
                const char* role) {
  const int id = content.empty() ? usual : processor.PieceToId(content);
  const bool known =
      id >= 0 && id < processor.GetPieceSize() && (content.empty() || processor.IdToPiece(id) == content);
  if (!known) {
    throw InputError(concat(where, ": has no ", role, " piece", content.empty() ? "" : " '" + content + "'",
                            "; name one that it has in tokenizer_config.json"));
  }
  return id;
}

/// The library speaks of most mistakes by its status, of some by exceptions of the trie that it builds.
void load(sentencepiece::SentencePieceProcessor& processor,
          const std::string& bytes,
          const std::string& where) {
  std::string reason;
  try {
    const auto status = processor.LoadFromSerializedProto(bytes);
    if (status.ok() && processor.GetPieceSize() > 0) return;
    reason = status.ToString();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    reason = error.what();
  }
  throw InputError(where + ": is no SentencePiece model or is cut short: " + reason);
}

/// The library takes any bytes for a piece's text; what it decodes goes into prompts and metadata, which are UTF-8.
void check_pieces(const sentencepiece::SentencePieceProcessor& processor, const std::string& where) {
  for (int id = 0; id < processor.GetPieceSize(); ++id) {
    if (is_valid_utf8(processor.IdToPiece(id))) continue;
    throw InputError(concat(where, ": the text of piece ", id, " is no UTF-8; get the file again"));
  }
}

}  // namespace

SentencePieceTokenizer::SentencePieceTokenizer(const std::string& bytes,
                                               const TokenizerSettings& settings,
                                               const std::filesystem::path& path)
    : lower_case_(settings.lower_case), max_length_(settings.max_length) {
  if (bytes.empty()) throw InputError(path.string() + ": is empty, expected a SentencePiece model");
  check_sentencepiece_rules(bytes, path.string());
  load(processor_, bytes, path.string());
  check_pieces(processor_, path.string());
  if (max_length_ == 0) {
    throw InputError((path.parent_path() / "tokenizer_config.json").string() +
                     ": 'model_max_length' (the text window in tokens) is missing");
  }
  const std::string where = path.string();
  bos_ = role_id(processor_, settings.bos, processor_.bos_id(), where, "bos");
  eos_ = role_id(processor_, settings.eos, processor_.eos_id(), where, "eos");
  pad_ = role_id(processor_, settings.pad, processor_.pad_id(), where, "pad");
}

std::vector<int64_t> SentencePieceTokenizer::encode(std::string_view text) const {
  const std::string clean = lower_case_ ? to_lower_in_context(repaired_utf8(text)) : repaired_utf8(text);
  std::vector<int> ids;
  const auto status = processor_.Encode(clean, &ids);
  if (!status.ok()) throw std::runtime_error("SentencePiece cannot encode: " + status.ToString());
  return {ids.begin(), ids.end()};
}

std::vector<std::vector<int64_t>> SentencePieceTokenizer::encode_pieces(
    const std::vector<std::string>& pieces) const {
  const auto whole = encode(join(pieces, ""));
  std::vector<std::vector<int64_t>> ids;
  std::string before;
  auto done = whole.begin();
  for (size_t i = 0; i < pieces.size(); ++i) {
    before += pieces[i];
    auto end = whole.end();
    if (i + 1 < pieces.size()) {
      // A space at the edge begins the next word.
      const auto last = before.find_last_not_of(' ');
      const auto until = encode(std::string_view(before).substr(0, last == std::string::npos ? 0 : last + 1));
      end = std::max(done, std::ranges::mismatch(whole, until).in1);
    }
    ids.emplace_back(done, end);
    done = end;
  }
  return ids;
}

std::string SentencePieceTokenizer::decode(const std::vector<int64_t>& ids) const {
  for (int64_t id : ids) {
    if (id < 0 || id >= vocab_size()) throw std::out_of_range(concat("no piece has the id ", id));
  }
  std::string text;
  const auto status = processor_.Decode(std::vector<int>(ids.begin(), ids.end()), &text);
  if (!status.ok()) throw std::runtime_error("SentencePiece cannot decode: " + status.ToString());
  return text;
}

std::string SentencePieceTokenizer::piece(int64_t id) const {
  if (id < 0 || id >= vocab_size()) throw std::out_of_range(concat("no piece has the id ", id));
  return processor_.IdToPiece(static_cast<int>(id));
}

std::unique_ptr<Tokenizer> load_sentencepiece_tokenizer(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "spiece.model";
  return std::make_unique<SentencePieceTokenizer>(read_file(path, kLargestModel),
                                                  read_tokenizer_settings(folder), path);
}

}  // namespace big
