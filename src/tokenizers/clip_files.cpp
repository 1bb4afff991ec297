// Reading CLIP's vocabulary from vocab.json and merges.txt, or from tokenizer.json.
#include <sstream>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "clip_tokenizer.h"

namespace big {

namespace {

constexpr int64_t kMostPieces = 4'000'000;

void read_pieces(const Json& vocabulary, const std::string& where, PairVocabulary& out) {
  if (!vocabulary.is_object() || vocabulary.empty()) {
    throw InputError(where + ": expected a JSON object of pieces and ids");
  }
  out.where = where;
  out.ids.reserve(vocabulary.size());
  for (const auto& [piece, id] : vocabulary.items()) {
    // Compared as a double too: an id such as 2^64 - 1 would wrap around in int64.
    const bool whole = id.is_number_integer() && id.get<double>() >= 0 && id.get<double>() < kMostPieces;
    if (!whole)
      throw InputError(
          concat(where, ": the id of '", piece, "' is no whole number from 0 to ", kMostPieces - 1));
    out.ids[piece] = id.get<int64_t>();
  }
}

}  // namespace

void read_merges(const std::filesystem::path& path, PairVocabulary& out) {
  out.merges_where = path.string();
  std::istringstream lines(read_file(path, kLargestMerges));
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with("#version")) continue;
    const size_t space = line.find(' ');
    if (space == std::string::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string::npos) {
      throw InputError(concat(path.string(), ":", number, ": expected two pieces with a space between"));
    }
    out.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  if (out.merges.empty()) throw InputError(path.string() + ": holds no merges");
}

namespace {

std::pair<std::string, std::string> merge_from_json(const Json& merge, const std::string& where) {
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    return {merge[0].get<std::string>(), merge[1].get<std::string>()};
  }
  // Older files write a merge as one string.
  if (merge.is_string()) {
    const auto text = merge.get<std::string>();
    const size_t space = text.find(' ');
    if (space != std::string::npos) return {text.substr(0, space), text.substr(space + 1)};
  }
  throw InputError(where + ": a merge must be two strings");
}

// tokenizer.json is what transformers 5 writes instead of vocab.json and merges.txt.
PairVocabulary read_tokenizer_json(const std::filesystem::path& path, TokenizerSettings& settings) {
  const std::string where = path.string();
  const Json json = read_json(path);
  const auto is_pairs = [&] {
    return json.is_object() && json.contains("model") && json["model"].is_object() &&
           json["model"].contains("vocab") && json["model"].contains("merges") &&
           json["model"]["merges"].is_array() && json["model"].value("end_of_word_suffix", Json()) == "</w>";
  };
  if (!is_pairs())
    throw InputError(where + ": not CLIP's byte-pair vocabulary (vocab.json and merges.txt are absent)");
  PairVocabulary vocabulary;
  read_pieces(json["model"]["vocab"], where, vocabulary);
  vocabulary.merges_where = where;
  for (const Json& merge : json["model"]["merges"])
    vocabulary.merges.push_back(merge_from_json(merge, where));
  if (const auto added = json.find("added_tokens"); added != json.end() && added->is_array()) {
    for (const Json& token : *added) {
      SpecialToken special = special_from_json(token, where + ": added_tokens");
      special.id = JsonView(token, where + ": added_tokens").get<int64_t>("id");
      if (special.id < 0 || special.id >= kMostPieces)
        throw InputError(where + ": added_tokens: an id is out of range");
      put_special(settings.special, special);
    }
  }
  return vocabulary;
}

}  // namespace

std::unique_ptr<Tokenizer> load_clip_tokenizer(const std::filesystem::path& folder) {
  TokenizerSettings settings = read_tokenizer_settings(folder);
  if (!std::filesystem::exists(folder / "vocab.json")) {
    const PairVocabulary vocabulary = read_tokenizer_json(folder / "tokenizer.json", settings);
    return std::make_unique<ClipTokenizer>(vocabulary, settings);
  }
  if (!std::filesystem::exists(folder / "merges.txt")) {
    throw InputError(folder.string() + ": has vocab.json but no merges.txt; copy the whole tokenizer folder");
  }
  PairVocabulary vocabulary;
  read_pieces(read_json(folder / "vocab.json"), (folder / "vocab.json").string(), vocabulary);
  read_merges(folder / "merges.txt", vocabulary);
  return std::make_unique<ClipTokenizer>(vocabulary, settings);
}

}  // namespace big
