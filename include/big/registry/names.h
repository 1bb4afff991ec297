#pragma once

#include <string>

namespace big {

/// Letters of any script come with their marks (accents written apart, vowel signs of Indic scripts).
/// Each throws UsageError saying what is allowed. No name that passes can leave the models folder.
void validate_user(const std::string& user);  ///< [A-Za-z0-9._-]{1,64}, not starting with . or -
void validate_category(
    const std::string& category);  ///< letters of any script, digits, space, '-'; at most 60 bytes
void validate_identifier(
    const std::string& identifier);  ///< one word of letters and digits, at most 32 bytes

}  // namespace big
