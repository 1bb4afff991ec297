#include "identifier_pool.h"

#include <algorithm>
#include <array>

#include "big/core/text.h"
#include "big/registry/prompt_template.h"

namespace big {
namespace {

/// BPE ids grow with rarity: the last quarter, without the very end, where the specials and their neighbours
/// are.
constexpr double kRareFrom = 0.75, kRareTo = 0.97;

/// Words of CLIP's rare quarter that mean something all the same: broadcasters, teams, bands, games, brands,
/// agencies, diseases, drugs, file types, units.
constexpr std::array<std::string_view, 58> kKnownWords = {
    "blm", "bpm",  "bts",  "btcc", "cfd", "crt",  "csn", "ctf", "dnr",  "dslr", "dts",  "dvds",
    "fdr", "ffxv", "fpp",  "fpv",  "gfs", "gtr",  "gts", "gtx", "hdd",  "hgtv", "hpv",  "hsbc",
    "hsv", "khz",  "klm",  "kpmg", "kph", "ktm",  "lbj", "lcs", "lpg",  "lsd",  "mbps", "mlg",
    "mlm", "mpg",  "mtr",  "nlp",  "nsf", "pcc",  "pcr", "psn", "psp",  "pvp",  "rcmp", "rgb",
    "rms", "rnb",  "sqft", "tls",  "tmz", "tvxq", "vfx", "vpn", "wwdc", "xxl"};

bool is_short_consonant_word(const std::string& word) {
  if (word.size() < 3 || word.size() > 4) return false;
  if (word.find_first_not_of("bcdfghjklmnpqrstvwxz") != std::string::npos) return false;
  // "kkkk", "shhh": sounds and laughter.
  return std::none_of(word.begin(), word.end(),
                      [&](char c) { return std::count(word.begin(), word.end(), c) > 2; });
}

/// The word stays one piece inside the prompts that subjects are taught and drawn with.
bool stays_one_piece(const std::string& word, int64_t id, const Tokenizer& tokenizer) {
  auto expected = tokenizer.encode("a");
  expected.push_back(id);
  for (const int64_t piece : tokenizer.encode("dog")) expected.push_back(piece);
  return tokenizer.encode(instance_prompt(word, "dog")) == expected;
}

std::string trimmed(const std::string& text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace

std::vector<std::string> rare_words(const Tokenizer& tokenizer) {
  std::vector<std::string> words;
  if (tokenizer.is_one_token("sks")) words.emplace_back("sks");
  const auto size = static_cast<double>(tokenizer.vocab_size());
  for (auto id = static_cast<int64_t>(size * kRareTo); id >= static_cast<int64_t>(size * kRareFrom); --id) {
    const std::string word = trimmed(tokenizer.decode({id}));
    const bool wanted = is_short_consonant_word(word) && word != "sks" &&
                        std::find(kKnownWords.begin(), kKnownWords.end(), word) == kKnownWords.end();
    if (wanted && tokenizer.encode(word) == std::vector<int64_t>{id} &&
        stays_one_piece(word, id, tokenizer)) {
      words.push_back(word);
    }
  }
  return words;
}

std::vector<std::string> identifier_pool(const std::filesystem::path& tokenizer_folder,
                                         const Tokenizer& tokenizer) {
  auto reserved = reserved_identifiers(tokenizer_folder);
  return reserved.empty() ? rare_words(tokenizer) : reserved;
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
