#pragma once

#include <string>
#include <vector>

#include "big/imaging/image.h"

namespace big {

/// What stands beside the pictures of a sheet. Empty lists and texts take no room.
struct SheetLabels {
  std::string title;                 ///< above all
  std::vector<std::string> columns;  ///< above each column
  std::vector<std::string> rows;     ///< left of each row
  std::vector<std::string> pictures{};  ///< below each picture
};

/// Pictures in rows of `columns`, with their labels in black on white. Letters grow with the pictures; labels
/// that are too long are broken into lines. Characters beyond ASCII become '?'.
Image labelled_sheet(const std::vector<Image>& pictures, int columns, const SheetLabels& labels);

}  // namespace big
