#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "big/core/json.h"

namespace big {

/// A token that stands for itself when it is typed.
struct SpecialToken {
  std::string content;
  int64_t id = -1;          ///< -1: not settled yet
  bool normalized = false;  ///< looked for in the cleaned text (so in any case), not in the text as typed
};

/// What a tokenizer folder's small files say: tokenizer_config.json, completed by special_tokens_map.json.
struct TokenizerSettings {
  std::string bos, eos, unknown, pad;  ///< empty where the folder says nothing
  std::vector<SpecialToken> special;   ///< the four above and all added tokens
  int64_t max_length = 0;              ///< 0: not said
  bool lower_case = false;             ///< do_lower_case
};

/// The settings of a tokenizer_config.json; `where` names it in errors.
TokenizerSettings tokenizer_settings(const Json& config, const std::string& where);
/// Missing files are no error; malformed ones throw InputError.
TokenizerSettings read_tokenizer_settings(const std::filesystem::path& folder);

/// Puts `token` into the list; of two with one content the later counts. Throws InputError beyond 10,000:
/// each one is looked for at every place of a text.
void put_special(std::vector<SpecialToken>& list, const SpecialToken& token);
/// Reads {"content": ..., "normalized": ...}; `where` names it in errors.
SpecialToken special_from_json(const Json& json, const std::string& where);

/// A stretch of text: either plain (id -1) or one special token.
struct TextPart {
  std::string_view text;
  int64_t id = -1;
};
/// Cuts text at the special tokens in it: leftmost, of several the longest. `text` must outlive the parts.
std::vector<TextPart> split_at_special(std::string_view text, const std::vector<SpecialToken>& special);

}  // namespace big
