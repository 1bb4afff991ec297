#include "big/tokenizers/clip_vocabulary.h"

#include <vector>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/read_file.h"
#include "clip_tokenizer.h"
#include "clip_words.h"

namespace big {
namespace {

constexpr const char* kMerges = "merges.txt";

/// The bytes' letters in the order of CLIP's pieces: first those that stand for themselves.
std::vector<std::string> letters_in_order() {
  std::vector<std::string> plain, others;
  for (size_t byte = 0; byte < byte_letters().size(); ++byte) {
    const bool visible = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    (visible ? plain : others).push_back(byte_letters()[byte]);
  }
  plain.insert(plain.end(), others.begin(), others.end());
  return plain;
}

/// CLIP's pieces by id: letters, letters at a word's end, one piece a merge, and the two specials.
std::vector<std::string> pieces_of(const PairVocabulary& vocabulary) {
  const auto letters = letters_in_order();
  std::vector<std::string> pieces = letters;
  for (const auto& letter : letters) pieces.push_back(letter + "</w>");
  for (const auto& [left, right] : vocabulary.merges) pieces.push_back(left + right);
  pieces.emplace_back("<|startoftext|>");
  pieces.emplace_back("<|endoftext|>");
  return pieces;
}

PairVocabulary read_vocabulary(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(folder / kMerges)) {
    throw InputError((folder / kMerges).string() +
                     ": is missing; single-file models need CLIP's vocabulary, which comes with the program "
                     "(models/clip_tokenizer)");
  }
  PairVocabulary vocabulary;
  vocabulary.where = (folder / kMerges).string();
  read_merges(folder / kMerges, vocabulary);
  for (auto& piece : pieces_of(vocabulary)) {
    const auto id = static_cast<int64_t>(vocabulary.ids.size());
    if (!vocabulary.ids.emplace(piece, id).second)
      throw InputError(vocabulary.where + ": two merges make '" + piece + "'");
  }
  return vocabulary;
}

}  // namespace

std::unique_ptr<Tokenizer> clip_tokenizer(const std::filesystem::path& vocabulary, const Json& config) {
  return std::make_unique<ClipTokenizer>(read_vocabulary(vocabulary),
                                         tokenizer_settings(config, "tokenizer_config.json"));
}

void write_clip_vocabulary(const std::filesystem::path& vocabulary, const std::filesystem::path& folder) {
  // Written by hand to keep the order of ids, which an ordered JSON object would find in quadratic time.
  std::string json;
  int64_t id = 0;
  for (const auto& piece : pieces_of(read_vocabulary(vocabulary)))
    json += (json.empty() ? "{" : ", ") + Json(piece).dump() + ": " + std::to_string(id++);
  write_file_atomically(folder / "vocab.json", json + "}\n");
  write_file_atomically(folder / kMerges, read_file(vocabulary / kMerges, kLargestMerges));
}

}  // namespace big
