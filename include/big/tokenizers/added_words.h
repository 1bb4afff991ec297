#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "big/tokenizers/tokenizer.h"

namespace big {

/// A word with ids of its own, one or several, beyond those of the vocabulary.
struct AddedWord {
  std::string text;
  std::vector<int64_t> ids;
};

/// True where `word` stands in `text` in any (ASCII) case, not as part of a longer word: a letter or digit at
/// its edge has none beside it.
bool contains_word(std::string_view text, std::string_view word);

/// `base` with words added: where one of them stands in a text as contains_word says (of several at one place
/// the longest), its ids take the place of pieces. Ids are those of no piece.
std::shared_ptr<const Tokenizer> with_added_words(std::shared_ptr<const Tokenizer> base,
                                                  std::vector<AddedWord> words);

}  // namespace big
