#pragma once

#include <filesystem>
#include <vector>

#include "big/personalization/suggest_identifiers.h"
#include "big/tokenizers/tokenizer.h"

namespace big {

/// All free words for options.target, best first, of the tokenizer of `base` (a folder, or a single file read with
/// `source`): suggest_identifiers without its limit. Throws as that.
std::vector<IdentifierSuggestion> rank_identifiers(const FinetuneOptions& options,
                                                   const std::filesystem::path& base,
                                                   const ModelSource& source,
                                                   const Tokenizer& tokenizer);

/// True where at most one letter is another, missing or too many.
bool differ_by_one_letter(const std::string& a, const std::string& b);

}  // namespace big
