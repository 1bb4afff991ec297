#include "clip_tokenizer.h"

#include <algorithm>
#include <stdexcept>

#include "big/core/error.h"
#include "big/core/text.h"
#include "clip_words.h"
#include "unicode.h"

namespace big {

namespace {

constexpr int64_t kClipWindow = 77;
constexpr std::string_view kBos = "<|startoftext|>";
constexpr std::string_view kEos = "<|endoftext|>";
constexpr std::string_view kWordEnd = "</w>";

int64_t id_of(const PairVocabulary& vocabulary,
              const TokenizerSettings& settings,
              const std::string& content) {
  const auto added = std::ranges::find(settings.special, content, &SpecialToken::content);
  if (added != settings.special.end() && added->id >= 0) return added->id;
  const auto found = vocabulary.ids.find(content);
  if (found != vocabulary.ids.end()) return found->second;
  throw InputError(concat(vocabulary.where, ": the special token '", content,
                          "' is no piece of the vocabulary; the tokenizer folder mixes two models"));
}

int64_t role_id(const PairVocabulary& vocabulary,
                const TokenizerSettings& settings,
                const std::string& content,
                std::string_view usual) {
  return id_of(vocabulary, settings, content.empty() ? std::string(usual) : content);
}

/// A map, as a list would be as long as the largest id that a file likes to name.
std::unordered_map<int64_t, std::string> pieces_by_id(const PairVocabulary& vocabulary,
                                                      const std::vector<SpecialToken>& special) {
  std::unordered_map<int64_t, std::string> pieces;
  for (const auto& [piece, id] : vocabulary.ids) pieces[id] = piece;
  for (const SpecialToken& token : special) {
    if (token.id >= 0) pieces[token.id] = token.content;
  }
  return pieces;
}

int64_t size_of(const std::unordered_map<int64_t, std::string>& pieces) {
  int64_t last = -1;
  for (const auto& [id, piece] : pieces) last = std::max(last, id);
  return last + 1;
}

}  // namespace

ClipTokenizer::ClipTokenizer(const PairVocabulary& vocabulary, const TokenizerSettings& settings)
    : bos_(role_id(vocabulary, settings, settings.bos, kBos)),
      eos_(role_id(vocabulary, settings, settings.eos, kEos)),
      unknown_(role_id(vocabulary, settings, settings.unknown, kEos)),
      pad_(role_id(vocabulary, settings, settings.pad, kEos)),
      max_length_(settings.max_length > 0 ? settings.max_length : kClipWindow),
      pieces_(pieces_by_id(vocabulary, settings.special)),
      vocab_size_(size_of(pieces_)),
      pairs_(vocabulary, unknown_) {
  std::vector<SpecialToken> special;
  // A folder without tokenizer_config.json still means CLIP's own markers.
  for (std::string_view marker : {kBos, kEos}) {
    if (vocabulary.ids.contains(std::string(marker))) put_special(special, {.content = std::string(marker)});
  }
  for (const SpecialToken& token : settings.special) put_special(special, token);
  for (SpecialToken& token : special) {
    token.id = id_of(vocabulary, settings, token.content);
    if (token.normalized) {
      clean_specials_.push_back({clip_normalized(token.content), token.id, true});
    } else {
      typed_specials_.push_back(token);
    }
  }
}

std::vector<int64_t> ClipTokenizer::encode(std::string_view text) const {
  const std::string typed = repaired_utf8(text);
  std::vector<int64_t> ids;
  for (const TextPart& part : split_at_special(typed, typed_specials_)) {
    if (part.id >= 0) {
      ids.push_back(part.id);
    } else {
      encode_clean(clip_normalized(part.text), ids);
    }
  }
  return ids;
}

void ClipTokenizer::encode_clean(std::string_view text, std::vector<int64_t>& ids) const {
  for (const TextPart& part : split_at_special(text, clean_specials_)) {
    if (part.id >= 0) {
      ids.push_back(part.id);
    } else {
      for (const std::string& word : clip_words(part.text)) pairs_.encode(word, ids);
    }
  }
}

std::string ClipTokenizer::decode(const std::vector<int64_t>& ids) const {
  std::string text;
  for (int64_t id : ids) {
    const std::string name = piece(id);
    if (is_special(id)) {
      text += name;
    } else if (name.ends_with(kWordEnd)) {
      text += bytes_of_letters(name.substr(0, name.size() - kWordEnd.size())) + ' ';
    } else {
      text += bytes_of_letters(name);
    }
  }
  while (text.ends_with(' ')) text.pop_back();
  return repaired_utf8(text);
}

std::string ClipTokenizer::piece(int64_t id) const {
  if (id < 0 || id >= vocab_size_) throw std::out_of_range(concat("no piece has the id ", id));
  const auto found = pieces_.find(id);
  return found == pieces_.end() ? "" : found->second;
}

bool ClipTokenizer::is_special(int64_t id) const {
  const auto has = [id](const std::vector<SpecialToken>& list) {
    return std::ranges::find(list, id, &SpecialToken::id) != list.end();
  };
  return has(typed_specials_) || has(clean_specials_);
}

}  // namespace big
