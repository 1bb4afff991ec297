#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace big {

/// CLIP's text clean-up: NFC, every run of white space to one space, lower case.
std::string clip_normalized(std::string_view text);

/// Cuts clean text into the units that byte-pair encoding works on, none across another: contractions ('s 't
/// 're 've 'm 'll 'd), runs of letters, single digits, runs of anything else; spaces fall away.
std::vector<std::string> clip_words(std::string_view text);

/// The 256 letters (UTF-8) that stand for bytes in CLIP's vocabulary: printable bytes stand for themselves.
const std::vector<std::string>& byte_letters();

/// The bytes that a piece's letters stand for; other characters stay as they are.
std::string bytes_of_letters(std::string_view piece);

}  // namespace big
