#include "big/imaging/labelled_sheet.h"

#include <algorithm>

#include "draw_text.h"

namespace big {

namespace {

constexpr uint8_t kPaper = 255;
constexpr int kPixelsALetter = 128;  ///< of a picture's side for each step of the letters' size
constexpr int kLargestScale = 8;
constexpr int kNarrowestLabel = 96;  ///< pixels at scale 1: room for the longest flag

using Lines = std::vector<std::string>;

int height_of(const Lines& lines, int scale) { return static_cast<int>(lines.size()) * kLineHeight * scale; }

int width_of(const Lines& lines, int scale) {
  int widest = 0;
  for (const auto& line : lines) widest = std::max(widest, text_width(line, scale));
  return widest;
}

/// Lines in the middle of a box.
void draw_centred(Image& sheet, const Lines& lines, int left, int top, int width, int height, int scale) {
  int y = top + (height - height_of(lines, scale)) / 2;
  for (const auto& line : lines) {
    draw_text(sheet, left + (width - text_width(line, scale)) / 2, y, line, scale);
    y += kLineHeight * scale;
  }
}

void paste(Image& sheet, const Image& picture, int left, int top) {
  for (int y = 0; y < picture.height; ++y)
    std::copy_n(picture.at(0, y), static_cast<size_t>(picture.width) * 3, sheet.at(left, top + y));
}

/// Sizes of a sheet, in pixels.
struct Layout {
  int scale = 1, border = 2;
  int cell_width = 1, cell_height = 1;  ///< room for a picture, and for the label above it
  int left = 0, top = 0;                ///< what the labels take
  int title = 0;                        ///< of `top`
  int caption = 0;                      ///< room below each picture

  int x(int column) const { return left + border + column * (cell_width + border); }
  int y(int row) const { return top + border + row * (cell_height + caption + border); }
};

/// Labels broken into lines.
struct BrokenLabels {
  Lines title;
  std::vector<Lines> columns, rows, pictures;
};

std::vector<Lines> broken(const std::vector<std::string>& labels, int width, int scale) {
  std::vector<Lines> all;
  for (const auto& label : labels) all.push_back(wrapped_text(label, width, scale));
  return all;
}

Layout lay_out(const std::vector<Image>& pictures, const SheetLabels& labels) {
  Layout layout;
  for (const Image& picture : pictures) {
    layout.cell_width = std::max(layout.cell_width, picture.width);
    layout.cell_height = std::max(layout.cell_height, picture.height);
  }
  layout.scale = std::clamp(std::max(layout.cell_width, layout.cell_height) / kPixelsALetter, 1, kLargestScale);
  layout.border = 2 * layout.scale;
  if (!labels.columns.empty() || !labels.pictures.empty()) layout.cell_width = std::max(layout.cell_width, kNarrowestLabel * layout.scale);
  return layout;
}

BrokenLabels make_room(Layout& layout, int columns, const SheetLabels& labels) {
  const int gap = 2 * layout.border;
  BrokenLabels lines;
  lines.columns = broken(labels.columns, layout.cell_width, layout.scale);
  lines.rows = broken(labels.rows, std::max(layout.cell_width, kNarrowestLabel * layout.scale), layout.scale);
  lines.pictures = broken(labels.pictures, layout.cell_width, layout.scale);
  for (const auto& picture : lines.pictures)
    layout.caption = std::max(layout.caption, height_of(picture, layout.scale) + layout.border);
  for (const auto& row : lines.rows) layout.left = std::max(layout.left, width_of(row, layout.scale) + gap);
  lines.title = wrapped_text(labels.title, layout.x(columns) - layout.border, layout.scale);
  layout.title = lines.title.empty() ? 0 : height_of(lines.title, layout.scale) + gap;
  for (const auto& column : lines.columns)
    layout.top = std::max(layout.top, height_of(column, layout.scale) + gap);
  layout.top += layout.title;
  return lines;
}

}  // namespace

Image labelled_sheet(const std::vector<Image>& pictures, int columns, const SheetLabels& labels) {
  if (pictures.empty() || columns < 1) return {};
  Layout layout = lay_out(pictures, labels);
  const BrokenLabels lines = make_room(layout, columns, labels);
  const int count = static_cast<int>(pictures.size()), rows = (count + columns - 1) / columns;

  Image sheet(layout.x(columns), layout.y(rows), kPaper);
  draw_centred(sheet, lines.title, 0, 0, sheet.width, layout.title, layout.scale);
  for (int column = 0; column < std::min(columns, static_cast<int>(lines.columns.size())); ++column) {
    draw_centred(sheet, lines.columns[static_cast<size_t>(column)], layout.x(column), layout.title,
                 layout.cell_width, layout.top - layout.title, layout.scale);
  }
  for (int row = 0; row < std::min(rows, static_cast<int>(lines.rows.size())); ++row) {
    draw_centred(sheet, lines.rows[static_cast<size_t>(row)], 0, layout.y(row), layout.left, layout.cell_height,
                 layout.scale);
  }
  for (int i = 0; i < count; ++i) {
    const Image& picture = pictures[static_cast<size_t>(i)];
    paste(sheet, picture, layout.x(i % columns) + (layout.cell_width - picture.width) / 2,
          layout.y(i / columns) + (layout.cell_height - picture.height) / 2);
    if (static_cast<size_t>(i) >= lines.pictures.size()) continue;
    const Lines& below = lines.pictures[static_cast<size_t>(i)];
    draw_centred(sheet, below, layout.x(i % columns), layout.y(i / columns) + layout.cell_height + layout.border,
                 layout.cell_width, height_of(below, layout.scale), layout.scale);
  }
  return sheet;
}

}  // namespace big
