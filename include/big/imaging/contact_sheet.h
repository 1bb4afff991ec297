#pragma once

#include <vector>

#include "big/imaging/image.h"

namespace big {

/// Pictures of any size in a grid of cells of `cell` pixels, `columns` wide (0: near to square), with a thin border.
/// Rows of `gap_after` pictures (0: none) are followed by a wider band: photos above, generated below.
struct SheetOptions {
  int columns = 0;
  int cell = 0;  ///< 0: the largest picture's side
  int border = 2;
  int gap_after = 0;
};
Image contact_sheet(const std::vector<Image>& pictures, const SheetOptions& options = {});

}  // namespace big
