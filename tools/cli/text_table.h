#pragma once

#include <string>
#include <vector>

namespace big {

/// Columns of a terminal that UTF-8 text takes: 2 for Chinese, Japanese, Korean and emoji, 0 for combining
/// marks.
size_t display_width(const std::string& text);

/// Rows in aligned columns, each line indented by two spaces; the first row is the heading.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace big
