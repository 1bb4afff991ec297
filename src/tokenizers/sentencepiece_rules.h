#pragma once

#include <string>
#include <string_view>

namespace big {

/// Checks the tables of normalisation rules in a SentencePiece model. The library follows the numbers in them
/// wherever they lead, out of its memory too; nothing else in a model is used unchecked. Throws InputError
/// where `model` is no protocol buffer or a table leads astray; `where` names the file.
void check_sentencepiece_rules(std::string_view model, const std::string& where);

}  // namespace big
