#include "big/tokenizers/tokenizer.h"

#include <sstream>

#include "big/core/error.h"
#include "big/core/json.h"
#include "clip_tokenizer.h"
#include "sentencepiece_tokenizer.h"

namespace big {

TokenizedText Tokenizer::encode_padded(std::string_view text) const {
  std::vector<int64_t> pieces = encode(text);
  const auto room = static_cast<size_t>(max_length() - 2);
  TokenizedText out;
  if (pieces.size() > room) {
    const auto first_cut = pieces.begin() + static_cast<std::ptrdiff_t>(room);
    std::istringstream words(decode({first_cut, pieces.end()}));
    for (std::string word; words >> word;) out.cut.push_back(word);
    pieces.resize(room);
  }
  out.ids.reserve(static_cast<size_t>(max_length()));
  out.ids.push_back(bos_id());
  out.ids.insert(out.ids.end(), pieces.begin(), pieces.end());
  out.ids.push_back(eos_id());
  out.ids.resize(static_cast<size_t>(max_length()), pad_id());
  return out;
}

std::vector<std::vector<int64_t>> Tokenizer::encode_pieces(const std::vector<std::string>& pieces) const {
  if (pieces.size() == 1) return {encode(pieces.front())};
  std::vector<std::vector<int64_t>> ids;
  for (std::string_view piece : pieces) {
    while (piece.starts_with(' ')) piece.remove_prefix(1);
    while (piece.ends_with(' ')) piece.remove_suffix(1);
    ids.push_back(piece.empty() ? std::vector<int64_t>() : encode(piece));
  }
  return ids;
}

bool Tokenizer::is_one_token(std::string_view word) const {
  const std::vector<int64_t> ids = encode(word);
  if (ids.size() != 1) return false;
  return ids[0] != unknown_id() && ids[0] != bos_id() && ids[0] != eos_id() && ids[0] != pad_id();
}

std::unique_ptr<Tokenizer> load_tokenizer(const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  if (!fs::is_directory(folder)) throw InputError(folder.string() + ": there is no such tokenizer folder");
  if (fs::exists(folder / "spiece.model")) return load_sentencepiece_tokenizer(folder);
  if (fs::exists(folder / "vocab.json") || fs::exists(folder / "tokenizer.json"))
    return load_clip_tokenizer(folder);
  throw InputError(
      folder.string() +
      ": holds no tokenizer; expected vocab.json and merges.txt (CLIP) or spiece.model (SentencePiece)");
}

std::vector<std::string> reserved_identifiers(const std::filesystem::path& tokenizer_folder) {
  const std::filesystem::path path = tokenizer_folder / "identifiers.json";
  if (!std::filesystem::exists(path)) return {};
  const Json json = read_json(path);
  std::vector<std::string> words;
  if (!json.is_array()) throw InputError(path.string() + ": expected a JSON list of words");
  for (const Json& word : json) {
    if (!word.is_string() || word.get<std::string>().empty()) {
      throw InputError(path.string() + ": expected a JSON list of words; one of them is no text");
    }
    words.push_back(word.get<std::string>());
  }
  return words;
}

}  // namespace big
