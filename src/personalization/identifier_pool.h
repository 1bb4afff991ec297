#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/tokenizers/tokenizer.h"

namespace big {

/// Words to name a subject with, best first: what the tokenizer's folder reserves, else the rarest short
/// words that the vocabulary holds in one piece; of these, those that are one token everywhere. Empty where it holds
/// none.
std::vector<std::string> identifier_pool(const std::filesystem::path& tokenizer_folder,
                                         const Tokenizer& tokenizer);

/// Three or four letters without a vowel, one piece, in the rarest part of the vocabulary (the end of BPE's
/// merge order); "sks" first, then the rarest.
std::vector<std::string> rare_words(const Tokenizer& tokenizer);

/// Whether `word` is one token alone and wherever a prompt may put it: first, last, at commas.
bool is_one_token_everywhere(const std::string& word, const Tokenizer& tokenizer);

/// What a model will see of `identifier` where that is not one piece: "'qrq' is 2 pieces (qr, q)..."; empty
/// if it is one.
std::string piece_warning(const std::string& identifier, const Tokenizer& tokenizer);

}  // namespace big
