#pragma once

#include <string>
#include <string_view>

namespace big {

/// Text as a page shows it, in an element or a quoted attribute, whatever a person, a file name or an error message
/// holds: <, >, &, " and ' are escaped, broken UTF-8 and control characters replaced.
std::string html_text(std::string_view text);

/// <tag>text</tag>, escaped.
std::string element(const std::string& tag, std::string_view text);

/// "data:image/jpeg;base64,...".
std::string data_uri(const std::string& media_type, std::string_view bytes);

}  // namespace big
