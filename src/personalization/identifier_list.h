#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/tokenizers/tokenizer.h"

namespace big {

/// An identifier of a person's list, and where it stands.
struct ListedIdentifier {
  std::string word;
  int64_t line = 0;  ///< counted from 1
};

/// Reads a list of identifiers, one a line; what follows a '#' is a comment. Throws InputError naming file and line
/// for a word that is no identifier, not one token of `tokenizer`, or there twice, and for a list without any.
std::vector<ListedIdentifier> read_identifier_list(const std::filesystem::path& file, const Tokenizer& tokenizer);

}  // namespace big
