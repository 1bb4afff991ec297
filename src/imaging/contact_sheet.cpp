#include "big/imaging/contact_sheet.h"

#include <algorithm>
#include <cmath>

#include "big/imaging/resize.h"

namespace big {

namespace {

constexpr uint8_t kPaper = 255;

struct Layout {
  int columns, cell, border, band;
  int left(int column) const { return border + column * (cell + border); }
  // `bands` wide bands lie above the row.
  int top(int row, int bands) const { return border + row * (cell + border) + bands * band; }
};

int rows_for(int pictures, int columns) { return (pictures + columns - 1) / columns; }

Image fit(const Image& picture, int cell) {
  const double scale = static_cast<double>(cell) / std::max(picture.width, picture.height);
  const int width = std::clamp(static_cast<int>(std::lround(picture.width * scale)), 1, cell);
  const int height = std::clamp(static_cast<int>(std::lround(picture.height * scale)), 1, cell);
  return resize(picture, width, height);
}

void paste_centred(Image& sheet, const Image& picture, int left, int top, int cell) {
  left += (cell - picture.width) / 2;
  top += (cell - picture.height) / 2;
  for (int y = 0; y < picture.height; ++y) {
    std::copy_n(picture.at(0, y), static_cast<size_t>(picture.width) * 3, sheet.at(left, top + y));
  }
}

Layout lay_out(const std::vector<Image>& pictures, const SheetOptions& options) {
  const int count = static_cast<int>(pictures.size());
  int largest = 1;
  for (const Image& picture : pictures) largest = std::max({largest, picture.width, picture.height});
  const int cell = options.cell > 0 ? options.cell : largest;
  const int square = static_cast<int>(std::ceil(std::sqrt(count)));
  const int columns = options.columns > 0 ? options.columns : square;
  return {columns, cell, std::max(options.border, 0), std::max(4 * options.border, cell / 8)};
}

}  // namespace

Image contact_sheet(const std::vector<Image>& pictures, const SheetOptions& options) {
  if (pictures.empty()) return {};
  const Layout layout = lay_out(pictures, options);
  const int count = static_cast<int>(pictures.size());
  const int above = std::clamp(options.gap_after, 0, count);
  const int rows_above = rows_for(above, layout.columns);
  const int rows = rows_above + rows_for(count - above, layout.columns);
  const bool banded = above > 0 && above < count;

  Image sheet(layout.left(std::min(layout.columns, count)), layout.top(rows, banded), kPaper);
  for (int i = 0; i < count; ++i) {
    const Image& picture = pictures[static_cast<size_t>(i)];
    if (picture.width == 0 || picture.height == 0) continue;
    const bool below = i >= above;
    const int place = below ? i - above : i;
    const int row = place / layout.columns + (below ? rows_above : 0);
    paste_centred(sheet, fit(picture, layout.cell), layout.left(place % layout.columns),
                  layout.top(row, below && banded), layout.cell);
  }
  return sheet;
}

}  // namespace big
