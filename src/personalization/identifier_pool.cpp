#include "identifier_pool.h"

#include <algorithm>
#include <array>
#include <utility>

#include "big/core/text.h"

namespace big {
namespace {

/// BPE ids grow with rarity: the last quarter, without the very end, where the specials and their neighbours
/// are.
constexpr double kRareFrom = 0.75, kRareTo = 0.97;

/// Words of CLIP's rare quarter that mean something all the same: broadcasters, teams, bands, games, brands,
/// agencies, diseases, drugs, file types, units, parties, a state.
constexpr std::array<std::string_view, 93> kKnownWords = {
    "bcc", "blm", "bnp", "bpm", "btcc", "bts", "btv", "bwfc", "ccp", "cfd", "cmt", "crt", "csn", "ctf", "dnr",
    "dprk", "dslr", "dsp", "dts", "dvds", "fdr", "ffxv", "fnc", "fpp", "fpv", "ftp", "gfs", "gmbh", "gtr",
    "gts", "gtx", "hdd", "hgtv", "hpv", "hsbc", "hsv", "khz", "kjv", "klm", "kph", "kpmg", "kprc", "ktm",
    "lbj", "lcs", "lpg", "lsd", "mbps", "mlg", "mlm", "mms", "mpg", "msn", "mtr", "njpw", "nlp", "nsf", "pcc",
    "pcr", "pff", "ppm", "ppv", "psn", "psp", "psst", "ptv", "pvp", "rcmp", "rdr", "rgb", "rms", "rnb", "scfc",
    "sdk", "sfx", "shrm", "sht", "sqft", "svt", "swfl", "tks", "tls", "tmz", "tvxq", "twc", "vfx", "vpn",
    "wdw", "wftv", "wtc", "wwdc", "wwfc", "xxl"};

bool is_short_consonant_word(const std::string& word) {
  if (word.size() < 3 || word.size() > 4) return false;
  if (word.find_first_not_of("bcdfghjklmnpqrstvwxz") != std::string::npos) return false;
  // "kkkk", "shhh": sounds and laughter.
  return std::none_of(word.begin(), word.end(),
                      [&](char c) { return std::count(word.begin(), word.end(), c) > 2; });
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// Where prompts put an identifier, in those that subjects are taught with and in those that people draw with: behind
/// a letter, first, before and behind a comma, last. (Brackets of weights are gone before a prompt becomes tokens.)
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPlaces = {
    {{"a ", " cat"}, {"", " cat on a sofa"}, {"a ", ", a cat"}, {"a cat, ", " cat"}, {"a photo of a ", " cat"},
     {"a cat and a ", ""}}};

}  // namespace

bool is_one_token_everywhere(const std::string& word, const Tokenizer& tokenizer) {
  if (!tokenizer.is_one_token(word)) return false;
  // In the place of a word that is one token there, everything else stays as it is.
  const std::string known = "dog";
  if (!tokenizer.is_one_token(known)) return true;
  const int64_t known_id = tokenizer.encode(known).front(), id = tokenizer.encode(word).front();
  return std::all_of(kPlaces.begin(), kPlaces.end(), [&](const auto& place) {
    auto expected = tokenizer.encode(concat(place.first, known, place.second));
    std::replace(expected.begin(), expected.end(), known_id, id);
    return tokenizer.encode(concat(place.first, word, place.second)) == expected;
  });
}

std::vector<std::string> rare_words(const Tokenizer& tokenizer) {
  std::vector<std::string> words;
  if (tokenizer.is_one_token("sks")) words.emplace_back("sks");
  const auto size = static_cast<double>(tokenizer.vocab_size());
  for (auto id = static_cast<int64_t>(size * kRareTo); id >= static_cast<int64_t>(size * kRareFrom); --id) {
    const std::string word = trimmed(tokenizer.decode({id}));
    const bool wanted = is_short_consonant_word(word) && word != "sks" &&
                        std::find(kKnownWords.begin(), kKnownWords.end(), word) == kKnownWords.end();
    if (wanted && tokenizer.encode(word) == std::vector<int64_t>{id}) words.push_back(word);
  }
  return words;
}

std::vector<std::string> identifier_pool(const std::filesystem::path& tokenizer_folder,
                                         const Tokenizer& tokenizer) {
  auto words = reserved_identifiers(tokenizer_folder);
  if (words.empty()) words = rare_words(tokenizer);
  std::erase_if(words, [&](const std::string& word) { return !is_one_token_everywhere(word, tokenizer); });
  return words;
}

std::string piece_warning(const std::string& identifier, const Tokenizer& tokenizer) {
  if (tokenizer.is_one_token(identifier)) return {};
  std::vector<std::string> pieces;
  for (const int64_t id : tokenizer.encode(identifier)) pieces.push_back(tokenizer.piece(id));
  return concat("the identifier '", identifier, "' is not one piece of this model's vocabulary but ",
                pieces.size(), " (", join(pieces, ", "),
                "): it is learned less well, and shares its pieces with other words");
}

}  // namespace big
